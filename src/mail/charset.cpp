#include "mail/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/utf8.h"
#include "mail/clean_text.h"

namespace bulkhead::mail {
namespace {

// The first name is the C library's. (Names as in the IANA registry, and what mail programs write.)
struct Charset {
  const char* name;
  std::array<std::string_view, 4> others;
};
constexpr Charset kCharsets[] = {
    {"ISO-8859-2", {"latin2"}},
    {"ISO-8859-3", {}},
    {"ISO-8859-4", {}},
    {"ISO-8859-5", {}},
    {"ISO-8859-6", {"iso-8859-6-i"}},
    {"ISO-8859-7", {}},
    {"ISO-8859-8", {"iso-8859-8-i"}},
    {"ISO-8859-9", {"latin5"}},
    {"ISO-8859-10", {}},
    {"ISO-8859-13", {}},
    {"ISO-8859-14", {}},
    {"ISO-8859-15", {"latin9", "latin-9"}},
    {"ISO-8859-16", {}},
    {"CP1250", {"windows-1250"}},
    {"CP1251", {"windows-1251"}},
    // ISO-8859-1 is written for windows-1252 so often that its unused controls are read as that.
    {"CP1252", {"windows-1252", "iso-8859-1", "latin1", "iso8859-1"}},
    {"CP1253", {"windows-1253"}},
    {"CP1254", {"windows-1254"}},
    {"CP1255", {"windows-1255"}},
    {"CP1256", {"windows-1256"}},
    {"CP1257", {"windows-1257"}},
    {"CP1258", {"windows-1258"}},
    {"KOI8-R", {}},
    {"KOI8-U", {}},
    {"CP437", {"ibm437"}},
    {"CP850", {"ibm850"}},
    {"CP852", {"ibm852"}},
    {"CP866", {"ibm866"}},
    {"MACINTOSH", {"x-mac-roman"}},
    {"ISO-2022-JP", {"iso-2022-jp-ms"}},
    {"EUC-JP", {"x-euc-jp"}},
    {"CP932", {"shift_jis", "windows-31j", "x-sjis", "sjis"}},
    {"ISO-2022-KR", {}},
    {"CP949", {"euc-kr", "ks_c_5601-1987", "windows-949"}},
    {"GB18030", {"gb2312", "gbk", "x-gbk", "cp936"}},
    {"BIG5-HKSCS", {"big5", "big5-hkscs", "cp950"}},
    {"TIS-620", {"windows-874", "cp874"}},
    {"UTF-7", {"unicode-1-1-utf-7"}},
    {"UTF-16", {}},
    {"UTF-16LE", {}},
    {"UTF-16BE", {}},
    {"UTF-32", {}},
};
constexpr const char* kFallback = "CP1252";
// Opened by the library that decodes headers, under its own name.
constexpr const char* kForHeaders = "ISO-8859-1";

iconv_t open_charset(const char* name) { return iconv_open("UTF-8", name); }

// By the place in kCharsets; opened once and kept, which keeps the C library's tables in memory.
std::array<iconv_t, std::size(kCharsets)>& converters() {
  static std::array<iconv_t, std::size(kCharsets)> opened = [] {
    std::array<iconv_t, std::size(kCharsets)> all{};
    std::ranges::transform(kCharsets, all.begin(),
                           [](const Charset& one) { return open_charset(one.name); });
    return all;
  }();
  return opened;
}

bool usable(iconv_t converter) {
  return converter != reinterpret_cast<iconv_t>(-1);  // NOLINT: POSIX has it so
}

std::size_t place_of(std::string_view name) {
  const auto at = std::ranges::find_if(kCharsets, [&](const Charset& one) {
    return equal_words(one.name, name) ||
           std::ranges::any_of(one.others, [&](std::string_view other) {
             return !other.empty() && equal_words(other, name);
           });
  });
  return static_cast<std::size_t>(at - std::begin(kCharsets));
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!take_code_point(bytes)) return false;
  }
  return true;
}

Decoded convert(iconv_t converter, std::string_view bytes) {
  Decoded decoded;
  iconv(converter, nullptr, nullptr, nullptr, nullptr);
  std::string input(bytes);
  char* from = input.data();
  std::size_t left = input.size();
  std::array<char, 4096> part;
  while (left > 0) {
    char* to = part.data();
    std::size_t room = part.size();
    const bool whole = iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
    decoded.utf8.append(part.data(), part.size() - room);
    if (whole || errno == E2BIG) continue;
    // A byte that does not belong there, or a character cut off at the end.
    decoded.flawed = true;
    decoded.utf8 += '?';
    ++from;
    --left;
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
  }
  return decoded;
}

Decoded guess(std::string_view bytes) {
  if (is_utf8(bytes)) return {std::string(bytes), false};
  const auto converter = converters()[place_of(kFallback)];
  if (usable(converter)) return convert(converter, bytes);
  return {std::string(bytes), true};
}

}  // namespace

std::size_t load_charsets() {
  static const iconv_t kept = open_charset(kForHeaders);
  if (!usable(kept)) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(converters(), usable));
}

Decoded to_utf8(std::string_view bytes, std::string_view charset) {
  const auto name = trimmed(charset);
  if (equal_words(name, "utf-8") || equal_words(name, "utf8"))
    return {std::string(bytes), !is_utf8(bytes)};
  if (name.empty() || equal_words(name, "us-ascii") || equal_words(name, "ascii"))
    return guess(bytes);
  const auto place = place_of(name);
  if (place == std::size(kCharsets) || !usable(converters()[place])) {
    auto guessed = guess(bytes);
    guessed.flawed = true;
    return guessed;
  }
  return convert(converters()[place], bytes);
}

}  // namespace bulkhead::mail
