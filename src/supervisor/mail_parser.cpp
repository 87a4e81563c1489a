#include "supervisor/mail_parser.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>

#include "wire/mail_frame.h"

namespace bulkhead {
namespace {

wire::ParsedMail refused(wire::MailRefusal reason) {
  wire::ParsedMail mail;
  mail.refused = reason;
  return mail;
}

}  // namespace

MailParser::MailParser(Descriptor program, const Clock& clock, std::vector<std::string> arguments)
    : program_(std::move(program)), clock_(clock), arguments_(std::move(arguments)) {}

MailParser::~MailParser() { end(); }

Result<Descriptor> MailParser::find_program() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  Descriptor program(open((folder / "bulkhead-mail-parse").c_str(), O_PATH | O_CLOEXEC));
  if (!program)
    return fail(ErrorCode::kNotFound, "bulkhead-mail-parse is missing beside this program");
  return program;
}

Result<wire::ParsedMail> MailParser::parse(ByteView raw, std::uint64_t wait_ms) {
  if (raw.size() > wire::kMailBytesMax) return refused(wire::MailRefusal::kTooLarge);
  if (!child_.alive()) TRY_STATUS(start());
  auto mail = ask(raw, wait_ms);
  if (mail) return mail;
  // Whatever it was in the middle of, its next answer could be about this mail.
  end();
  const bool late = mail.error().code == ErrorCode::kConflict;
  return refused(late ? wire::MailRefusal::kTimeout : wire::MailRefusal::kParserEnded);
}

Result<wire::ParsedMail> MailParser::ask(ByteView raw, std::uint64_t wait_ms) {
  const wire::Deadline deadline{&clock_, clock_.boot_ms() + wait_ms};
  TRY_STATUS(wire::write_mail_frame(socket_.get(), raw, deadline));
  const auto answer =
      TRY(wire::read_mail_frame(socket_.get(), wire::kParsedMailBytesMax, deadline));
  return wire::decode<wire::ParsedMail>(answer);
}

Status MailParser::start() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::kUnavailable, "no channel to a mail parser");
  socket_.reset(ends[0]);
  Descriptor theirs(ends[1]);
  ChildPlan plan;
  plan.program = program_.get();
  plan.name = "bulkhead-mail-parse";
  plan.arguments = arguments_;
  plan.descriptors = {{"--socket-fd", theirs.get()}};
  child_ = TRY(start_program(plan));
  ++starts_;
  theirs.reset();  // or its death would go unseen
  const wire::Deadline deadline{&clock_, clock_.boot_ms() + kMailParserStartMs};
  if (wire::read_mail_frame(socket_.get(), 0, deadline)) return {};
  end();
  return fail(ErrorCode::kUnavailable, "the mail parser does not start");
}

void MailParser::end() {
  socket_.reset();
  if (!child_.alive()) return;
  child_.signal(SIGKILL);
  pollfd dead{child_.handle(), POLLIN, 0};
  while (poll(&dead, 1, -1) < 0) {
  }
  child_.reap();
}

}  // namespace bulkhead
