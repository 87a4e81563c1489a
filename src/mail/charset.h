// Bytes of the charsets that mail is written in, made UTF-8. Only charsets of a list of ours are
// ever opened, and all of them before the process shuts itself in, since the C library reads its
// tables from files. Owned by mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkhead::mail {

// Opens every charset of the list for good. Answers how many the C library has.
std::size_t load_charsets();

struct Decoded {
  std::string utf8;
  bool flawed = false;  // an unknown charset, or bytes that are not of it: '?' stands for each
};

// An empty name is US-ASCII by the standard; mail is often wrong about that, so bytes that are
// UTF-8 are taken as such and others as windows-1252. The same holds for names outside the list.
Decoded to_utf8(std::string_view bytes, std::string_view charset);

}  // namespace bulkhead::mail
