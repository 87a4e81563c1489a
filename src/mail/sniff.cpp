#include "mail/sniff.h"

#include <algorithm>

#include "base/utf8.h"
#include "mail/clean_text.h"

namespace bulkhead::mail {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
  bool binary = false;  // so short that a text may begin alike
};
constexpr Magic kMagics[] = {
    {0, "%PDF-"sv, "application/pdf"},
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "GIF8"sv, "image/gif"},
    {8, "WEBP"sv, "image/webp"},
    {0, "II*\0"sv, "image/tiff"},
    {0, "MM\0*"sv, "image/tiff"},
    {4, "ftypheic"sv, "image/heic"},
    {4, "ftypmif1"sv, "image/heic"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "BM"sv, "image/bmp", true},
    {0, "PK\x03\x04"sv, "application/zip"},  // and every format that is one
    {0, "PK\x05\x06"sv, "application/zip"},
    {0, "\x1f\x8b"sv, "application/gzip"},
    {0, "BZh"sv, "application/x-bzip2"},
    {0, "\xfd\x37zXZ\0"sv, "application/x-xz"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {0, "Rar!\x1a\x07"sv, "application/vnd.rar"},
    {257, "ustar"sv, "application/x-tar"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},  // old office files
    {0, "MZ"sv, "application/vnd.microsoft.portable-executable", true},
    {0,
     "\x7f"
     "ELF"sv,
     "application/x-elf"},
    {0, "#!"sv, "text/x-script"},
    {0, "{\\rtf"sv, "application/rtf"},
    {0, "BEGIN:VCARD"sv, "text/vcard"},
    {0, "BEGIN:VCALENDAR"sv, "text/calendar"},
};

// Nothing but text, or text cut off within a character at the end.
bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const bool cut_off = bytes.size() < 4 && static_cast<unsigned char>(bytes[0]) >= 0xc2;
    const auto point = take_code_point(bytes);
    if (!point) return cut_off;
    const bool blank = *point == '\n' || *point == '\r' || *point == '\t' || *point == '\f';
    if (*point < 0x20 && !blank) return false;
  }
  return true;
}

std::string_view kind_of_text(std::string_view text) {
  const auto start = lower(trimmed(text).substr(0, 256));
  if (start.starts_with("<!doctype html") || start.starts_with("<html")) return "text/html";
  if (start.starts_with("<svg")) return "image/svg+xml";
  if (start.starts_with("<?xml")) {
    return start.find("<svg") == std::string::npos ? "application/xml" : "image/svg+xml";
  }
  return start.find("<script") == std::string::npos ? "text/plain" : "text/html";
}

}  // namespace

std::string_view sniff_type(std::string_view bytes) {
  bytes = bytes.substr(0, kSniffBytes);
  for (const auto& magic : kMagics) {
    const bool fits = bytes.size() > magic.at && bytes.substr(magic.at).starts_with(magic.bytes);
    if (fits && !(magic.binary && is_text(bytes))) return magic.type;
  }
  if (bytes.empty() || !is_text(bytes)) return "application/octet-stream";
  return kind_of_text(bytes);
}

}  // namespace bulkhead::mail
