// Writes JSON (RFC 8259) straight into a response's body, without a tree and without another
// allocation. What it writes is always valid: text that is not UTF-8 is written with U+FFFD in its
// place. Owned by front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace bulkhead::front {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& to) : to_(to) {}

  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_list() { return open('['); }
  JsonWriter& close_list() { return close(']'); }
  JsonWriter& key(std::string_view name);  // a literal that needs no escape

  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& hex(ByteView bytes);
  JsonWriter& time(std::uint64_t wall_ms);  // RFC 3339, UTC, milliseconds

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void begin_value();

  std::string& to_;
  bool needs_comma_ = false;
};

}  // namespace bulkhead::front
