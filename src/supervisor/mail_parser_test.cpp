#include "supervisor/mail_parser.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BULKHEAD_HAS_SANITIZER 1
#endif
#endif

namespace bulkhead {
namespace {

using wire::MailRefusal;

constexpr std::string_view kMail =
    "From: person@example.com\r\nSubject: =?iso-2022-jp?B?GyRCJDMkcxsoQg==?=\r\n\r\nHello\r\n";
constexpr std::uint64_t kPatientMs = 60'000;  // the machine may be busy

class MailParserTest : public testing::Test {
 protected:
  static Descriptor program() {
    return Descriptor(open(BULKHEAD_BINARY_DIR "/bulkhead-mail-parse", O_PATH | O_CLOEXEC));
  }
  // The mails before and after one that was refused are none the worse for it.
  static void expect_good(MailParser& parser) {
    const auto mail = parser.parse(view_of(kMail), kPatientMs);
    ASSERT_TRUE(mail.has_value()) << mail.error().context;
    EXPECT_EQ(mail->refused, MailRefusal::kNone);
    EXPECT_EQ(mail->from.items.at(0).address.value, "person@example.com");
    // The charset's table was read before the process shut itself in.
    EXPECT_EQ(mail->subject.value, "こん");
    EXPECT_EQ(mail->text.value, "Hello");
  }
  // Takes a while: thousands of parts within a few megabytes.
  static std::string slow_mail() {
    std::string mail = "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 100'000; ++i) mail += "--b\r\nContent-Type: a/b\r\n\r\nx\r\n";
    return mail;
  }
  SystemClock clock_;
};

TEST_F(MailParserTest, OneProcessParsesManyMails) {
  MailParser parser(program(), clock_);
  for (int i = 0; i < 20; ++i) expect_good(parser);
  EXPECT_EQ(parser.restarts(), 0u);
}

TEST_F(MailParserTest, AMailThatTakesTooLongIsRefusedAlone) {
  MailParser parser(program(), clock_);
  expect_good(parser);
  const auto slow = parser.parse(view_of(slow_mail()), 1);
  ASSERT_TRUE(slow.has_value());
  EXPECT_EQ(slow->refused, MailRefusal::kTimeout);
  expect_good(parser);
  EXPECT_EQ(parser.restarts(), 1u);
}

TEST_F(MailParserTest, ProcessorTimeEndsTheParserAndThatMail) {
  MailParser parser(program(), clock_, {"--processor-ms", "1"});
  const auto slow = parser.parse(view_of(slow_mail()), kPatientMs);
  ASSERT_TRUE(slow.has_value());
  EXPECT_EQ(slow->refused, MailRefusal::kParserEnded);
}

TEST_F(MailParserTest, MemoryEndsTheParserAndThatMail) {
#ifdef BULKHEAD_HAS_SANITIZER
  GTEST_SKIP() << "skipped: a sanitizer's own memory is over every limit";
#endif
  MailParser parser(program(), clock_);
  std::string huge = "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  while (huge.size() < 20u << 20) huge += "--b\r\nContent-Type: a/b\r\n\r\nx\r\n";
  const auto refused = parser.parse(view_of(huge), kPatientMs);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->refused, MailRefusal::kParserEnded);
  expect_good(parser);
  EXPECT_EQ(parser.restarts(), 1u);
}

TEST_F(MailParserTest, ALargeMailFitsAndALargerOneIsRefusedUnseen) {
  MailParser parser(program(), clock_);
  std::string large(kMail);
  large.resize(wire::kMailBytesMax, 'x');
  const auto taken = parser.parse(view_of(large), kPatientMs);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->refused, MailRefusal::kNone);
  EXPECT_TRUE(taken->has(wire::MailFlaw::kTextCut));
  large += 'x';
  const auto refused = parser.parse(view_of(large));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->refused, MailRefusal::kTooLarge);
  EXPECT_EQ(parser.restarts(), 0u);
}

TEST_F(MailParserTest, ItIsShutIn) {
  MailParser parser(program(), clock_);
  expect_good(parser);
  std::ifstream children("/proc/thread-self/children");
  int pid = 0;
  if (!(children >> pid)) GTEST_SKIP() << "skipped: this kernel does not list children";
  const auto of_child = [&](const char* file) {
    std::ifstream text("/proc/" + std::to_string(pid) + "/" + file);
    return std::string{std::istreambuf_iterator<char>(text), {}};
  };
  const auto status = of_child("status");
  EXPECT_NE(status.find("Seccomp:\t2\n"), std::string::npos) << status;
  EXPECT_NE(status.find("NoNewPrivs:\t1\n"), std::string::npos);
  EXPECT_NE(status.find("CapEff:\t0000000000000000\n"), std::string::npos);
#ifndef BULKHEAD_HAS_SANITIZER
  const auto limits = of_child("limits");
  const auto data = limits.find("Max data size");
  ASSERT_NE(data, std::string::npos);
  EXPECT_NE(limits.find("67108864", data), std::string::npos) << limits;
#endif
}

TEST_F(MailParserTest, WithoutAProgramThatStartsNoMailIsAtFault) {
  MailParser parser(Descriptor(open("/dev/null", O_PATH | O_CLOEXEC)), clock_);
  const auto mail = parser.parse(view_of(kMail));
  ASSERT_FALSE(mail.has_value());
  EXPECT_EQ(mail.error().code, ErrorCode::kUnavailable);
  MailParser confused(program(), clock_, {"--nonsense", "1"});
  EXPECT_FALSE(confused.parse(view_of(kMail)).has_value());
}

}  // namespace
}  // namespace bulkhead
