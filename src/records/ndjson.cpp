#include "records/ndjson.h"

#include <fmt/format.h>

#include <algorithm>

#include "records/ascii.h"

namespace bulkhead {

// The DOM interface is used although the on-demand one is faster: it checks the whole line, while
// on-demand would accept a line that is broken behind the last key asked for.
NdjsonReader::NdjsonReader(const ByteSource& source, ImportPosition from, const ImportMap& map)
    : cursor_(source, from),
      map_(map),
      parser_(kImportRecordBytesMax),
      copies_(map.rules.size()),
      taken_(map.rules.size()) {
  for (std::size_t i = 0; i < map.rules.size(); ++i) {
    if (!map.rules[i].column.empty()) rules_by_key_.emplace(map.rules[i].column, i);
  }
  if (from.byte_offset == 0) cursor_.skip_byte_order_mark();
}

bool NdjsonReader::bad(const char* reason, std::size_t column) {
  bad_reason_ = reason;
  bad_column_ = static_cast<std::uint32_t>(column);
  return false;
}

bool NdjsonReader::allocate() {
  if (!allocated_)
    allocated_ = parser_.allocate(kImportRecordBytesMax, kDepthMax) == simdjson::SUCCESS;
  return allocated_;
}

// Takes one line; of a line over the limit only its length is kept.
bool NdjsonReader::read_line() {
  text_.clear();
  text_bytes_ = 0;
  line_ = cursor_.position().line;
  while (cursor_.peek() != ByteCursor::kEnd && cursor_.peek() != '\n') {
    const auto part = cursor_.rest_of_line_at_hand();
    text_bytes_ += part.size();
    if (text_bytes_ <= kImportRecordBytesMax) text_ += part;
    cursor_.advance(part.size());
  }
  cursor_.take();
  return text_bytes_ <= kImportRecordBytesMax || bad("a line over 1 MiB");
}

NdjsonStep NdjsonReader::next(std::vector<std::string_view>& cells) {
  if (cursor_.peek() == ByteCursor::kEnd) return NdjsonStep::kEnd;
  const bool fits = read_line();
  if (!cursor_.status()) return NdjsonStep::kEnd;
  if (!fits) return NdjsonStep::kBad;
  if (trimmed(text_).empty()) return NdjsonStep::kEmpty;

  text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::object object;
  if (!allocate()) {
    bad("no memory to read the line");
    return NdjsonStep::kBad;
  }
  simdjson::dom::element root;
  if (parser_.parse(text_.data(), text_.size(), false).get(root) != simdjson::SUCCESS) {
    bad("a line that is not valid JSON");
    return NdjsonStep::kBad;
  }
  if (root.get(object) != simdjson::SUCCESS) {
    bad("a line that is not a JSON object");
    return NdjsonStep::kBad;
  }
  return read_object(object, cells) ? NdjsonStep::kRecord : NdjsonStep::kBad;
}

bool NdjsonReader::read_object(simdjson::dom::object object, std::vector<std::string_view>& cells) {
  std::ranges::fill(cells, std::string_view());
  std::ranges::fill(taken_, 0);
  for (const auto field : object) {
    const auto [first, last] = rules_by_key_.equal_range(field.key);
    for (auto entry = first; entry != last; ++entry) {
      const auto rule = entry->second;
      if (taken_[rule] != 0) return bad("a key twice in one object", rule + 1);
      taken_[rule] = 1;
      if (!read_cell(rule, field.value, cells)) return false;
    }
  }
  for (std::size_t i = 0; i < map_.rules.size(); ++i) {
    if (map_.rules[i].pointer.empty()) continue;
    simdjson::dom::element element;
    if (object.at_pointer(map_.rules[i].pointer).get(element) != simdjson::SUCCESS) continue;
    if (!read_cell(i, element, cells)) return false;
  }
  return true;
}

bool NdjsonReader::read_cell(std::size_t rule, simdjson::dom::element element,
                             std::vector<std::string_view>& cells) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    cells[rule] = text;
    return true;
  }
  auto& copy = copies_[rule];
  copy.clear();
  simdjson::dom::array array;
  if (element.get(array) == simdjson::SUCCESS) {
    const char separator = map_.rules[rule].separator;
    if (separator == 0) return bad("a list where the map has one value", rule + 1);
    for (const auto part : array) {
      const auto start = copy.size();
      if (const char* reason = append_scalar(part, copy); reason != nullptr)
        return bad(reason, rule + 1);
      if (copy.find(separator, start) != std::string::npos)
        return bad("a list part that holds the separator", rule + 1);
      copy += separator;
    }
  } else if (const char* reason = append_scalar(element, copy); reason != nullptr) {
    return bad(reason, rule + 1);
  }
  cells[rule] = copy;
  return true;
}

// Returns the reason when the element is no text, number, truth value or null.
const char* NdjsonReader::append_scalar(simdjson::dom::element element, std::string& to) const {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::STRING:
      to += std::string_view(element.get_c_str().value_unsafe(),
                             element.get_string_length().value_unsafe());
      break;
    case element_type::INT64:
      fmt::format_to(std::back_inserter(to), "{}", element.get_int64().value_unsafe());
      break;
    case element_type::UINT64:
      fmt::format_to(std::back_inserter(to), "{}", element.get_uint64().value_unsafe());
      break;
    case element_type::DOUBLE:
      fmt::format_to(std::back_inserter(to), "{}", element.get_double().value_unsafe());
      break;
    case element_type::BOOL:
      to += element.get_bool().value_unsafe() ? "true" : "false";
      break;
    case element_type::NULL_VALUE:
      break;
    case element_type::ARRAY:
      return "a list inside a list";
    case element_type::OBJECT:
      return "an object where the map has a value";
  }
  return nullptr;
}

}  // namespace bulkhead
