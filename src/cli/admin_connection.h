// A connection to the keeper over the data directory's admin.sock: one message, one answer, or
// several on their way at once. It must never print or keep a secret that an answer carries. Owned
// by cli; wire/admin_messages.h is the language.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"
#include "wire/admin_messages.h"
#include "wire/frame.h"

namespace bulkhead::cli {

// Scope over a long ledger takes its time; longer than this, the keeper is stuck.
inline constexpr int kAnswerWaitSMax = 600;

struct RawAnswer {
  std::uint64_t request = 0;
  Bytes body;
};

inline constexpr const char* kProposedAdvice =
    "proposed, not done yet: a second admin approves it and an hour passes; see bulkhead proposals "
    "list";

// A refusal in words that say what to do.
const char* advice(Reason reason);

class AdminConnection {
 public:
  // Connects and greets. kNotFound: nothing runs on this directory. kRefused: it belongs to another
  // user.
  static Result<AdminConnection> open(const std::string& data_dir);
  // The same over a connected stream socket.
  static Result<AdminConnection> over(Descriptor socket);

  const wire::AdminHelloAnswer& hello() const { return hello_; }
  // Both end with hello().signed_in true. kRefused.
  Result<wire::AdminSession> sign_in(const wire::AdminSignIn& message);
  Status resume(const wire::AdminToken& token);

  template <class Answer, class Message>
  Result<Answer> call(const Message& message) {
    const auto request = TRY(send(message));
    auto answer = TRY(receive());
    if (answer.request != request)
      return fail(ErrorCode::kMalformed, "the keeper answered another request");
    return read_answer<Answer>(answer.body);
  }

  // The same for an act that widens. Outside demo and drill directories it is only proposed:
  // kRefused then, with a sentence that says how it goes on.
  template <class Answer, class Message>
  Result<Answer> call_widening(const Message& message) {
    if (hello_.demo) return call<Answer>(message);
    TRY(call<wire::Proposed>(message));
    return fail(ErrorCode::kRefused, kProposedAdvice);
  }

  // Sends without waiting; answers the request's number.
  template <class Message>
  Result<std::uint64_t> send(const Message& message) {
    return send_frame(static_cast<std::uint16_t>(Message::kOp), wire::encode(message));
  }
  // The next answer. kUnavailable when the keeper is gone.
  Result<RawAnswer> receive();

  // kRefused with advice() when the keeper said no; last_reason() has its word.
  template <class Answer>
  Result<Answer> read_answer(ByteView body) {
    TRY_STATUS(read_reason(body));
    return wire::decode<Answer>(body.subspan(1));
  }
  Reason last_reason() const { return last_reason_; }
  std::uint32_t retry_after_s() const { return retry_after_s_; }

 private:
  explicit AdminConnection(Descriptor socket) : socket_(std::move(socket)) {}
  Result<std::uint64_t> send_frame(std::uint16_t op, const Bytes& body);
  Status read_reason(ByteView body);

  Descriptor socket_;
  wire::FrameReader reader_;
  wire::AdminHelloAnswer hello_;
  std::uint64_t next_request_ = 1;
  Reason last_reason_{};
  std::uint32_t retry_after_s_ = 0;
};

}  // namespace bulkhead::cli
