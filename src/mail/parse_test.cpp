#include "mail/parse.h"

#include <gtest/gtest.h>

#include <random>

#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

using wire::MailFlaw;
using wire::MailRefusal;

std::string multipart(std::string_view kind, std::string_view boundary,
                      std::initializer_list<std::string> parts) {
  std::string text = "Content-Type: multipart/" + std::string(kind) + "; boundary=\"" +
                     std::string(boundary) + "\"\r\n\r\n";
  for (const auto& part : parts) text += "--" + std::string(boundary) + "\r\n" + part + "\r\n";
  return text + "--" + std::string(boundary) + "--\r\n";
}
std::string mail_with(std::string_view body) {
  return "From: person@example.com\r\nMIME-Version: 1.0\r\n" + std::string(body);
}
const std::string kPlain = "Content-Type: text/plain; charset=utf-8\r\n\r\nplain text";
const std::string kHtml = "Content-Type: text/html\r\n\r\n<p>html text</p>";

TEST(Parse, PlainTextIsPreferredToHtml) {
  EXPECT_EQ(parsed(mail_with(multipart("alternative", "b", {kPlain, kHtml}))).text.value,
            "plain text");
  EXPECT_EQ(parsed(mail_with(multipart("alternative", "b", {kHtml, kPlain}))).text.value,
            "plain text");
  EXPECT_EQ(parsed(mail_with(multipart("alternative", "b",
                                       {"Content-Type: text/plain\r\n\r\n \r\n", kHtml})))
                .text.value,
            "html text");
  EXPECT_EQ(parsed(mail_with(kHtml)).text.value, "html text");
}

TEST(Parse, TextsOfAMixedMailFollowEachOther) {
  const auto mail = parsed(mail_with(multipart(
      "mixed", "b",
      {multipart("alternative", "c", {kPlain, kHtml}), "Content-Type: text/plain\r\n\r\nfooter"})));
  EXPECT_EQ(mail.text.value, "plain text\nfooter");
}

TEST(Parse, AttachmentsAreNamedSizedAndSniffed) {
  const auto mail = parsed(mail_with(multipart(
      "mixed", "b",
      {kPlain,
       "Content-Type: image/png; name=\"photo.png\"\r\nContent-Transfer-Encoding: base64\r\n"
       "Content-Disposition: attachment; filename=\"photo.png\"\r\n\r\nJVBERi0xLjcK",
       "Content-Type: text/plain\r\nContent-Disposition: attachment; "
       "filename=notes.txt\r\n\r\nnotes"})));
  ASSERT_EQ(mail.attachments.items.size(), 2u);
  const auto& first = mail.attachments.items[0];
  EXPECT_EQ(first.name.value, "photo.png");
  EXPECT_EQ(first.declared_type.value, "image/png");
  EXPECT_EQ(first.sniffed_type.value, "application/pdf");
  EXPECT_EQ(first.bytes, 9u);
  EXPECT_EQ(mail.attachments.items[1].bytes, 5u);
  EXPECT_EQ(mail.text.value, "plain text");
}

// RFC 2231: continuations, charsets, and what hides a name's true end.
TEST(Parse, AttachmentNamesHideNothing) {
  const auto name_of = [](std::string_view disposition) {
    const auto mail = parsed(
        mail_with(multipart("mixed", "b",
                            {"Content-Type: application/pdf\r\nContent-Disposition: attachment; " +
                             std::string(disposition) + "\r\n\r\nx"})));
    return mail.attachments.items.empty() ? std::string("none")
                                          : mail.attachments.items[0].name.value;
  };
  EXPECT_EQ(name_of("filename*=utf-8''na%C3%AFve.pdf"), "naïve.pdf");
  EXPECT_EQ(name_of("filename*0=\"a\"; filename*1=\"b.pdf\""), "ab.pdf");
  EXPECT_EQ(name_of("filename=\"../../etc/passwd\""), "passwd");
  EXPECT_EQ(name_of("filename=\"C:\\\\Windows\\\\x.exe\""), "x.exe");
  EXPECT_EQ(name_of("filename=\"..\""), "");
  EXPECT_EQ(name_of("filename*=utf-8''invoice%E2%80%AEfdp.exe"),
            "invoicefdp.exe");  // right-to-left
  EXPECT_EQ(name_of("filename*=utf-8''a%0D%0Ab%00c.pdf").find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(name_of("filename=\"" + std::string(1000, 'n') + "\"").size(), 255u);
  // Numbers out of order, twice, and far too many.
  std::string many = "filename*9999999=z";
  for (int i = 0; i < 2000; ++i) many += "; filename*" + std::to_string(i) + "*=%41";
  EXPECT_LE(name_of(many).size(), 255u);
}

TEST(Parse, AnArchiveIsNotUnpacked) {
  // What unpacks to petabytes is a few hundred bytes here.
  const auto mail = parsed(mail_with(multipart(
      "mixed", "b",
      {"Content-Type: application/zip; name=bomb.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
       "UEsDBBQAAAAIAA=="})));
  ASSERT_EQ(mail.attachments.items.size(), 1u);
  EXPECT_EQ(mail.attachments.items[0].sniffed_type.value, "application/zip");
  EXPECT_EQ(mail.attachments.items[0].bytes, 10u);
}

TEST(Parse, MuchBase64IsCountedAndNotKept) {
  const auto mail = parsed(mail_with(multipart(
      "mixed", "b",
      {kPlain,
       "Content-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           repeated(std::string(76, 'A') + "\r\n", 200'000)})));
  ASSERT_EQ(mail.attachments.items.size(), 1u);
  EXPECT_EQ(mail.attachments.items[0].bytes, 200'000u * 57);
  EXPECT_EQ(mail.text.value, "plain text");
  EXPECT_LT(wire::encode(mail).size(), 2000u);
}

TEST(Parse, TooDeepIsSaid) {
  std::string body = kPlain;
  for (int i = 0; i < 40; ++i) body = multipart("mixed", "b" + std::to_string(i), {body});
  const auto mail = parsed(mail_with(body));
  EXPECT_EQ(mail.refused, MailRefusal::kNone);
  EXPECT_TRUE(mail.has(MailFlaw::kTooDeep));
  EXPECT_EQ(mail.text.value, "");
  std::string abyss = kPlain;
  for (int i = 0; i < 3000; ++i)
    abyss.insert(0, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n");
  EXPECT_TRUE(parsed(mail_with(abyss)).has(MailFlaw::kTooDeep));
}

TEST(Parse, TooManyPartsAndAttachmentsAreSaid) {
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  many += "--b\r\n" + kPlain + "\r\n";
  many += repeated("--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n", 5000) + "--b--\r\n";
  const auto mail = parsed(mail_with(many));
  EXPECT_TRUE(mail.has(MailFlaw::kTooManyParts));
  EXPECT_TRUE(mail.has(MailFlaw::kTooManyAttachments));
  EXPECT_EQ(mail.attachments.items.size(), wire::kMailAttachmentsMax);
  EXPECT_EQ(mail.text.value, "plain text");
}

TEST(Parse, HeaderBlocksAreLimited) {
  EXPECT_EQ(parsed(mail_of("X: " + std::string(10u << 20, 'x') + "\r\n")).refused,
            MailRefusal::kHeadersTooLarge);
  EXPECT_EQ(
      parsed(mail_of("X: " + std::string(wire::kMailHeaderBytesMax - 200, 'x') + "\r\n")).refused,
      MailRefusal::kNone);
  EXPECT_EQ(parsed(mail_of(repeated("X: y\r\n", wire::kMailHeadersMax))).refused,
            MailRefusal::kHeadersTooLarge);
  EXPECT_EQ(parsed(mail_of(repeated("X: y\r\n", wire::kMailHeadersMax - 1))).refused,
            MailRefusal::kNone);
}

TEST(Parse, WhatIsNoMailIsRefused) {
  EXPECT_EQ(parsed("").refused, MailRefusal::kNoHeaders);
  EXPECT_EQ(parsed("\r\n\r\nonly a body").refused, MailRefusal::kNoHeaders);
  EXPECT_EQ(parsed(std::string(wire::kMailBytesMax + 1, 'x')).refused, MailRefusal::kTooLarge);
}

TEST(Parse, ATextIsCut) {
  const auto mail = parsed(mail_of("", repeated("0123456789\r\n", 20'000)));
  EXPECT_LE(mail.text.value.size(), wire::kMailTextBytesMax);
  EXPECT_GT(mail.text.value.size(), wire::kMailTextBytesMax - 20);
  EXPECT_TRUE(mail.has(MailFlaw::kTextCut));
}

TEST(Parse, BrokenStructureIsReadAsFarAsItGoes) {
  const auto no_boundary =
      parsed(mail_with("Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\ntext\r\n"));
  EXPECT_TRUE(no_boundary.has(MailFlaw::kBadStructure));
  const auto no_end = parsed(
      mail_with("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + kPlain + "\r\n"));
  EXPECT_EQ(no_end.text.value, "plain text");
}

TEST(Parse, NulsAndBareLineEndsInABody) {
  using namespace std::string_view_literals;
  EXPECT_EQ(parsed(mail_of("", "a\0b\rc\nd\r\n"sv)).text.value, "ab\nc\nd");
}

TEST(Parse, AnEncryptedMailIsMarked) {
  const auto mail = parsed(mail_with(multipart("encrypted", "b", {kPlain})));
  EXPECT_TRUE(mail.encrypted);
}

TEST(Parse, AForwardedMailIsAnAttachmentAndNotRead) {
  const auto mail = parsed(mail_with(multipart(
      "mixed", "b",
      {kPlain,
       "Content-Type: message/rfc822\r\n\r\nFrom: other@example.com\r\nSubject: x\r\n\r\ninner"})));
  EXPECT_EQ(mail.text.value, "plain text");
  ASSERT_EQ(mail.attachments.items.size(), 1u);
  EXPECT_EQ(mail.attachments.items[0].sniffed_type.value, "message/rfc822");
}

// Whatever bytes come, the answer keeps its limits and its form.
TEST(Parse, MutatedMailsKeepTheForm) {
  const std::string seed =
      mail_with(multipart("mixed", "b",
                          {multipart("alternative", "c", {kPlain, kHtml}),
                           "Content-Type: image/png; "
                           "name*=utf-8''a%20b\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"}));
  std::mt19937 random(7);  // NOLINT(bugprone-random-generator-seed): the same every time
  const std::string_view pieces[] = {
      "\r\n", "--b", "--", "=?utf-8?B?", "?=", "\xff", "\n\n", ";", "\"", "multipart/"};
  for (int i = 0; i < 2000; ++i) {
    auto raw = seed;
    for (int change = 0; change < 4; ++change) {
      const auto at = random() % raw.size();
      if (random() % 2 == 0)
        raw[at] = static_cast<char>(random());
      else
        raw.insert(at, pieces[random() % std::size(pieces)]);
    }
    const auto mail = parsed(raw);
    const auto bytes = wire::encode(mail);
    ASSERT_LE(bytes.size(), wire::kParsedMailBytesMax);
    ASSERT_TRUE(wire::decode<wire::ParsedMail>(bytes).has_value());
  }
}

}  // namespace
}  // namespace bulkhead::mail
