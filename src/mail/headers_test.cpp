#include "mail/headers.h"

#include <gtest/gtest.h>

#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

using wire::MailFlaw;

TEST(Headers, WhatAnHonestMailSays) {
  const auto mail = parsed(
      "From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <Juergen@example.com>\r\n"
      "To: Service <service@airline.example>, \"Second, One\" <second@airline.example>\r\n"
      "Cc: team: third@airline.example, fourth@airline.example;\r\n"
      "Reply-To: other@example.com\r\n"
      "Subject: =?iso-8859-1?Q?Versp=E4tung?=\r\n =?utf-8?B?IEtMMTIzNA==?=\r\n"
      "Date: Wed, 04 Mar 2026 13:00:00 +0100\r\n"
      "Message-ID: <one@example.com>\r\n"
      "In-Reply-To: <zero@airline.example>\r\n"
      "References: <first@airline.example>\r\n <zero@airline.example>\r\n"
      "\r\nHello\r\n");
  EXPECT_EQ(mail.refused, wire::MailRefusal::kNone);
  ASSERT_EQ(mail.from.items.size(), 1u);
  EXPECT_EQ(mail.from.items[0].address.value, "Juergen@example.com");
  EXPECT_EQ(mail.from.items[0].name.value, "Jürgen Müller");
  ASSERT_EQ(mail.to.items.size(), 2u);
  EXPECT_EQ(mail.to.items[1].name.value, "Second, One");
  ASSERT_EQ(mail.cc.items.size(), 2u);
  EXPECT_EQ(mail.cc.items[1].address.value, "fourth@airline.example");
  EXPECT_EQ(mail.reply_to.items.at(0).address.value, "other@example.com");
  EXPECT_EQ(mail.subject.value, "Verspätung KL1234");
  EXPECT_EQ(mail.date_ms, 1'772'625'600'000u);
  EXPECT_EQ(mail.message_id.value, "one@example.com");
  ASSERT_EQ(mail.references.items.size(), 3u);
  EXPECT_EQ(mail.references.items[0].value, "zero@airline.example");
  EXPECT_EQ(mail.references.items[1].value, "first@airline.example");
  EXPECT_EQ(mail.text.value, "Hello");
  EXPECT_TRUE(mail.flaws.items.empty());
}

TEST(Headers, TwoSendersAreNone) {
  const auto mail = parsed(mail_of("From: other@example.com\r\nSubject: a\r\nSubject: b\r\n"));
  EXPECT_TRUE(mail.from.items.empty());
  EXPECT_EQ(mail.subject.value, "a");
  EXPECT_TRUE(mail.has(MailFlaw::kDuplicateHeader));
}

TEST(Headers, AnEncodedWordCannotMakeALineOrAnAddress) {
  const auto mail = parsed(
      "From: =?utf-8?q?victim=40airline.example=3E?= <evil@example.com>\r\n"
      "Subject: =?utf-8?q?a=0D=0ABcc=3A_other=40example.com=00=1B?=\r\n\r\n");
  ASSERT_EQ(mail.from.items.size(), 1u);
  EXPECT_EQ(mail.from.items[0].address.value, "evil@example.com");
  EXPECT_EQ(mail.subject.value.find_first_of("\r\n\x1b"), std::string::npos);
  EXPECT_TRUE(mail.subject.value.starts_with("a Bcc:")) << mail.subject.value;
  EXPECT_TRUE(mail.cc.items.empty());
}

TEST(Headers, AnAddressIsNotDecoded) {
  const auto mail = parsed("From: =?utf-8?q?boss=40airline.example?=\r\nSubject: x\r\n\r\n");
  EXPECT_TRUE(mail.from.items.empty());
  EXPECT_TRUE(mail.has(MailFlaw::kBadAddress));
}

TEST(Headers, OnlyPlainAddresses) {
  for (const auto* const good : {"a@b.example", "o'neil+tag@example.com", "A.B@EXAMPLE.COM"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const auto* const bad : {"", "a", "@b", "a@", "a@b@c", "a b@c.example", "\"a\"@c.example",
                                "a@b..c", "a@.b", "a@b.", "a@[127.0.0.1]", "a@b\n.example",
                                "a\xc3\xa9@b.example", "a@b\xc3\xa9.example", "a,b@c.example"})
    EXPECT_FALSE(is_address(bad)) << bad;
  EXPECT_FALSE(is_address(std::string(65, 'a') + "@example.com"));
  EXPECT_FALSE(is_address("a@" + std::string(260, 'b')));
}

TEST(Headers, RawBytesAreReadAndSaid) {
  const auto mail = parsed(mail_of("Subject: Versp\xe4tung\r\n"));
  EXPECT_EQ(mail.subject.value, "Verspätung");
  EXPECT_TRUE(mail.has(MailFlaw::kRawHeader));
  EXPECT_EQ(parsed(mail_of("Subject: Versp\xc3\xa4tung\r\n")).subject.value, "Verspätung");
}

TEST(Headers, NulAndBareCarriageReturnAreSaidAndMakeNoHeader) {
  using namespace std::string_view_literals;
  const auto mail = parsed(mail_of("Subject: a\0b\rCc: x@example.com\r\n"sv));
  EXPECT_TRUE(mail.has(MailFlaw::kNul));
  EXPECT_TRUE(mail.has(MailFlaw::kBareCarriageReturn));
  EXPECT_TRUE(mail.cc.items.empty());
  EXPECT_EQ(mail.subject.value.find('\r'), std::string::npos);
}

TEST(Headers, OverlongUtf8InASubject) {
  const auto mail = parsed(mail_of("Subject: =?utf-8?q?a=C0=8D=C0=8Ab?=\r\n"));
  EXPECT_EQ(mail.subject.value.find_first_of("\r\n\xc0"), std::string::npos);
  EXPECT_TRUE(mail.subject.value.starts_with("a") && mail.subject.value.ends_with("b"));
}

TEST(Headers, BadIdsAndDatesAreLeftOut) {
  const auto mail = parsed(
      mail_of("Message-ID: <a b@example.com>\r\nDate: yesterday\r\nReferences: <good@x> junk <" +
              std::string(300, 'x') + "> <open\r\n"));
  EXPECT_TRUE(mail.message_id.value.empty());
  EXPECT_TRUE(mail.has(MailFlaw::kBadMessageId));
  EXPECT_FALSE(mail.date_ms.has_value());
  EXPECT_TRUE(mail.has(MailFlaw::kBadDate));
  ASSERT_EQ(mail.references.items.size(), 1u);
  EXPECT_EQ(mail.references.items[0].value, "good@x");
  EXPECT_TRUE(parsed(mail_of("Date: Wed, 04 Mar 1970 13:00:00 +0000\r\n")).has(MailFlaw::kBadDate));
  EXPECT_TRUE(parsed(mail_of("Message-ID: <a@x> <b@x>\r\n")).message_id.value.empty());
}

TEST(Headers, ListsAreLimited) {
  std::string to = "To: ";
  std::string references = "References:";
  for (std::size_t i = 0; i < wire::kMailAddressesMax + 1; ++i) {
    to += "a" + std::to_string(i) + "@example.com, ";
    references += "\r\n <r" + std::to_string(i) + "@x>";
  }
  const auto mail = parsed(mail_of(to + "z@example.com\r\n" + references + "\r\n"));
  EXPECT_EQ(mail.to.items.size(), wire::kMailAddressesMax);
  EXPECT_TRUE(mail.has(MailFlaw::kTooManyAddresses));
  EXPECT_EQ(mail.references.items.size(), wire::kMailReferencesMax);
  EXPECT_TRUE(mail.has(MailFlaw::kTooManyReferences));
  EXPECT_EQ(mail.references.items.front().value, "r0@x");
  EXPECT_EQ(mail.references.items.back().value, "r50@x");
  EXPECT_TRUE(parsed(mail_of("To: " + repeated("a@example.com,", 6000) + "b@example.com\r\n"))
                  .has(MailFlaw::kTooManyAddresses));
}

TEST(Headers, NestedGroupsAndEndlessCommentsEnd) {
  const auto mail = parsed(mail_of("To: " + repeated("g:", 10'000) + "a@example.com;\r\nCc: " +
                                   repeated("(", 20'000) + "b@example.com\r\n"));
  EXPECT_LE(mail.to.items.size(), 1u);
  EXPECT_EQ(mail.refused, wire::MailRefusal::kNone);
}

TEST(Headers, ASubjectIsCut) {
  const auto mail = parsed(mail_of("Subject: " + std::string(2000, 's') + "\r\n"));
  EXPECT_EQ(mail.subject.value.size(), wire::kMailSubjectBytesMax);
  EXPECT_TRUE(mail.has(MailFlaw::kTextCut));
}

TEST(Headers, MarksOfMachines) {
  EXPECT_TRUE(parsed(mail_of("Auto-Submitted: auto-replied\r\n")).auto_reply);
  EXPECT_FALSE(parsed(mail_of("Auto-Submitted: no\r\n")).auto_reply);
  EXPECT_TRUE(parsed(mail_of("X-Autoreply: yes\r\n")).auto_reply);
  EXPECT_TRUE(parsed(mail_of("Precedence: auto_reply\r\n")).auto_reply);
  EXPECT_TRUE(parsed(mail_of("Precedence: bulk\r\n")).bulk);
  EXPECT_TRUE(parsed(mail_of("List-Id: <news.example.com>\r\n")).list);
  EXPECT_TRUE(parsed(mail_of("Return-Path: <>\r\n")).null_sender);
  const auto plain = parsed(mail_of("Return-Path: <a@example.com>\r\n"));
  EXPECT_FALSE(plain.auto_reply || plain.bulk || plain.list || plain.null_sender);
}

}  // namespace
}  // namespace bulkhead::mail
