// Mails for tests, and what is found in them. Owned by mail; tests and the fuzz target only.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "mail/parse.h"

namespace bulkhead::mail {

inline wire::ParsedMail parsed(std::string_view raw) {
  static const bool prepared = prepare_to_parse();
  CHECK(prepared);
  const auto bytes = view_of(raw);
  Bytes copy(bytes.begin(), bytes.end());
  return parse_mail(copy);
}

// A mail with these header lines and this body.
inline std::string mail_of(std::string_view headers, std::string_view body = "Hello\r\n") {
  return "From: A Person <person@example.com>\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace bulkhead::mail
