#include "mail/report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "mail/clean_text.h"
#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

namespace files = std::filesystem;

TEST(Report, ADeliveryReport) {
  const auto mail = parsed(
      "From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nAuto-Submitted: auto-replied\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nIt did not arrive.\r\n"
      "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example\r\n\r\n"
      "Original-Recipient: rfc822;person@example.com\r\nFinal-Recipient: rfc822; "
      "other@example.net\r\n"
      "Action: Failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  no such "
      "user\r\n\r\n"
      "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <sent@airline.example>\r\nSubject: "
      "x\r\n\r\n"
      "--b--\r\n");
  ASSERT_TRUE(mail.report.has_value());
  EXPECT_EQ(mail.report->kind, wire::ReportKind::kDelivery);
  EXPECT_EQ(mail.report->reporter.value, "mx.example");
  EXPECT_EQ(mail.report->original.value, "sent@airline.example");
  ASSERT_EQ(mail.report->recipients.items.size(), 1u);
  const auto& one = mail.report->recipients.items[0];
  EXPECT_EQ(one.address.value, "person@example.com");
  EXPECT_EQ(one.action.value, "failed");
  EXPECT_EQ(one.status.value, "5.1.1");
  EXPECT_EQ(one.detail.value, "550 5.1.1 no such user");
  EXPECT_TRUE(mail.auto_reply);
  EXPECT_TRUE(mail.null_sender);
  EXPECT_EQ(mail.text.value, "It did not arrive.");
}

TEST(Report, AnAbuseReport) {
  const auto report = read_report(wire::ReportKind::kFeedback,
                                  "Feedback-Type: Abuse\r\nUser-Agent: Reporter/1\r\n"
                                  "Original-Rcpt-To: <person@example.com>\r\n");
  EXPECT_EQ(report.feedback_type.value, "abuse");
  ASSERT_EQ(report.recipients.items.size(), 1u);
  EXPECT_EQ(report.recipients.items[0].address.value, "person@example.com");
}

TEST(Report, AReceipt) {
  const auto report = read_report(
      wire::ReportKind::kReceipt,
      "Reporting-UA: reader\nOriginal-Message-ID: <sent@airline.example>\n"
      "Final-Recipient: rfc822;person@example.com\nDisposition: manual-action; Displayed\n");
  EXPECT_EQ(report.original.value, "sent@airline.example");
  ASSERT_EQ(report.recipients.items.size(), 1u);
  EXPECT_EQ(report.recipients.items[0].action.value, "displayed");
}

TEST(Report, HostileFieldsAreBoundedAndPlain) {
  std::string fields = "Reporting-MTA: dns; " + std::string(5000, 'm') + "\n\n";
  for (int i = 0; i < 3000; ++i)
    fields += "Final-Recipient: rfc822;a@example.com\nDiagnostic-Code: smtp;" +
              std::string(2000, 'd') + "\n x\n\n";
  const auto report = read_report(wire::ReportKind::kDelivery, fields);
  EXPECT_EQ(report.recipients.items.size(), wire::kReportRecipientsMax);
  EXPECT_LE(report.reporter.value.size(), 256u);
  EXPECT_LE(report.recipients.items[0].detail.value.size(), 512u);
  const auto odd = read_report(
      wire::ReportKind::kDelivery,
      " folded first\nno colon\n:\nFinal-Recipient: rfc822; <x@y@z>\nAction: a\x01\xff\n");
  ASSERT_EQ(odd.recipients.items.size(), 1u);
  EXPECT_EQ(odd.recipients.items[0].address.value, "");
  EXPECT_EQ(odd.recipients.items[0].action.value, "a?");
}

// Real bounces and complaints, which lie beside the project.
class RealReports : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = files::path(BULKHEAD_SOURCE_DIR) / "../shared/data/mail";
    if (!files::exists(folder_ / "bounces"))
      GTEST_SKIP() << "skipped: ../shared/data/mail is not there";
  }
  template <class See>
  std::size_t each(const char* name, See see) {
    std::size_t count = 0;
    for (const auto& entry : files::directory_iterator(folder_ / name)) {
      if (entry.path().extension() != ".eml") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string raw{std::istreambuf_iterator<char>(file), {}};
      see(entry.path().filename().string(), raw, parsed(raw));
      ++count;
    }
    return count;
  }
  files::path folder_;
};

TEST_F(RealReports, EachIsParsedAndReportsAreFound) {
  std::size_t say_so = 0, found = 0, with_recipient = 0, complaints = 0;
  const auto count = each("bounces", [&](const std::string& name, const std::string& raw,
                                         const wire::ParsedMail& mail) {
    EXPECT_EQ(mail.refused, wire::MailRefusal::kNone) << name;
    EXPECT_LE(wire::encode(mail).size(), wire::kParsedMailBytesMax) << name;
    if (mail.report && mail.report->kind == wire::ReportKind::kFeedback) ++complaints;
    if (lower(raw).find("\ncontent-type: message/delivery-status") == std::string::npos) return;
    ++say_so;
    if (!mail.report) return;
    ++found;
    if (!mail.report->recipients.items.empty()) ++with_recipient;
  });
  EXPECT_GE(count, 290u);
  EXPECT_GE(say_so, 100u);
  // Six have lost their boundary, or are themselves within another mail.
  EXPECT_GE(found + 6, say_so);
  EXPECT_GE(with_recipient + 3, found);
  EXPECT_EQ(complaints, 5u);
}

TEST_F(RealReports, MailsThatOnlyLookLikeBouncesAreNone) {
  const auto count = each("not-bounces", [&](const std::string& name, const std::string&,
                                             const wire::ParsedMail& mail) {
    EXPECT_EQ(mail.refused, wire::MailRefusal::kNone) << name;
    EXPECT_FALSE(mail.report.has_value()) << name;
  });
  EXPECT_GE(count, 3u);
}

}  // namespace
}  // namespace bulkhead::mail
