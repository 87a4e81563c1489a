#include "vault/text.h"

namespace bulkhead {

void append_code_point(char32_t point, std::string& to) {
  const auto put = [&](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

bool is_clean_text(std::string_view text, bool lines) {
  while (!text.empty()) {
    if (text[0] >= 0x20 && text[0] < 0x7f) {  // nearly all there is
      text.remove_prefix(1);
      continue;
    }
    const auto point = take_code_point(text);
    if (!point) return false;
    const bool line = *point == '\n' || *point == '\r' || *point == '\t';
    if (line ? !lines : !is_plain(*point)) return false;
  }
  return true;
}

}  // namespace bulkhead
