// Asks a bulkhead-mail-parse what is in a mail, and starts another one when a mail was too much for
// it: killed, crashed or out of time costs that one mail. It must never parse anything itself, nor
// wait longer than its time. Owned by supervisor; whoever takes mail in asks through it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/descriptor.h"
#include "supervisor/child_process.h"
#include "wire/mail_messages.h"

namespace bulkhead {

inline constexpr std::uint64_t kMailWaitMs = 5000;           // for the answer about one mail
inline constexpr std::uint64_t kMailParserStartMs = 30'000;  // a busy machine starts slowly

class MailParser {
 public:
  // `program` is bulkhead-mail-parse, opened; `arguments` are for tests. Nothing is started yet.
  MailParser(Descriptor program, const Clock& clock, std::vector<std::string> arguments = {});
  MailParser(const MailParser&) = delete;
  MailParser& operator=(const MailParser&) = delete;
  ~MailParser();

  // Looks for the program beside the running one. kNotFound.
  static Result<Descriptor> find_program();

  // What is in the mail, or why it was refused. kUnavailable: no parser can be started, which is no
  // fault of the mail's.
  Result<wire::ParsedMail> parse(ByteView raw, std::uint64_t wait_ms = kMailWaitMs);
  // How many had to be started because one before them ended or was ended.
  std::size_t restarts() const { return starts_ > 1 ? starts_ - 1 : 0; }

 private:
  Status start();
  void end();
  Result<wire::ParsedMail> ask(ByteView raw, std::uint64_t wait_ms);

  Descriptor program_;
  const Clock& clock_;
  std::vector<std::string> arguments_;
  ChildProcess child_;
  Descriptor socket_;
  std::size_t starts_ = 0;
};

}  // namespace bulkhead
