// Whatever a mail holds, the answer keeps its limits, is the one encoding of itself, and holds only
// text that a screen shows as what it is. With BULKHEAD_FUZZ_CANARY=1 a mail whose answer names an
// attachment aborts.
#include <cstdlib>
#include <string_view>

#include "mail/clean_text.h"
#include "mail/headers.h"
#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

bool canary_is_planted() {
  const char* const value = std::getenv("BULKHEAD_FUZZ_CANARY");
  return value != nullptr && std::string_view(value) == "1";
}

void hold_text(const std::string& text) {
  const auto clean = clean_lines(text, text.size());
  CHECK(clean.text == text && !clean.changed);
}

void hold_addresses(const wire::MailAddresses& addresses) {
  for (const auto& one : addresses.items) {
    CHECK(is_address(one.address.value));
    hold_text(one.name.value);
  }
}

void parse_and_hold(std::string_view raw) {
  static const bool planted = canary_is_planted();
  const auto mail = parsed(raw);
  const auto bytes = wire::encode(mail);
  CHECK(bytes.size() <= wire::kParsedMailBytesMax);
  const auto again = wire::decode<wire::ParsedMail>(bytes);
  CHECK(again && wire::encode(*again) == bytes);
  for (const auto* const list : {&mail.from, &mail.to, &mail.cc, &mail.reply_to})
    hold_addresses(*list);
  hold_text(mail.subject.value);
  hold_text(mail.text.value);
  CHECK(mail.subject.value.find('\n') == std::string::npos);
  for (const auto& one : mail.attachments.items) {
    hold_text(one.name.value);
    CHECK(one.name.value.find_first_of("/\\\n") == std::string::npos);
    CHECK(one.bytes <= raw.size());
  }
  if (planted && !mail.attachments.items.empty()) std::abort();
}

}  // namespace
}  // namespace bulkhead::mail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bulkhead::mail::parse_and_hold(bulkhead::text_of({data, size}));
  return 0;
}
