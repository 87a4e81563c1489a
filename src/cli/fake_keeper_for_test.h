// A keeper for tests: a thread at the other end of a socket pair that answers by a function of the
// test's. It must never outlive its test. Owned by cli.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "base/check.h"
#include "cli/admin_connection.h"

namespace bulkhead::cli {

template <class Message>
Bytes good(const Message& message) {
  Bytes body{static_cast<std::uint8_t>(Reason::kNone)};
  const auto rest = wire::encode(message);
  body.insert(body.end(), rest.begin(), rest.end());
  return body;
}
inline Bytes refusal(Reason reason, std::uint32_t retry_after_s = 0) {
  Bytes body{static_cast<std::uint8_t>(reason)};
  const auto rest = wire::encode(wire::Refusal{retry_after_s});
  body.insert(body.end(), rest.begin(), rest.end());
  return body;
}

class FakeKeeper {
 public:
  // Answers a body; nothing closes the connection.
  using Handle = std::function<std::optional<Bytes>(wire::Op op, ByteView body)>;

  // `hold_first`: the first answer goes out after the second.
  explicit FakeKeeper(Handle handle, bool hold_first = false)
      : handle_(std::move(handle)), hold_first_(hold_first) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    client_.reset(ends[0]);
    server_.reset(ends[1]);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeKeeper() {
    client_.reset();
    shutdown(server_.get(), SHUT_RDWR);
    thread_.join();
  }

  AdminConnection connect() {
    auto connection = AdminConnection::over(std::move(client_));
    CHECK(connection.has_value());
    return std::move(*connection);
  }

 private:
  void serve() {
    wire::FrameReader reader;
    std::vector<std::uint8_t> buffer(64u << 10);
    for (;;) {
      const auto got = recv(server_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      reader.feed({buffer.data(), static_cast<std::size_t>(got)});
      for (;;) {
        const auto frame = reader.next();
        if (!frame) return;
        if (!*frame) break;
        if (!answer(**frame)) {
          shutdown(server_.get(), SHUT_RDWR);
          return;
        }
      }
    }
  }
  bool answer(const wire::FrameView& frame) {
    const auto op = static_cast<wire::Op>(frame.head.op);
    auto body = op == wire::Op::kAdminHello
                    ? std::optional(good(wire::AdminHelloAnswer{{"demo.invalid/test"}, true, true}))
                    : handle_(op, frame.body);
    if (!body) return false;
    Bytes bytes;
    wire::put_frame(bytes, {frame.head.op, frame.head.request, {}}, *body);
    if (op != wire::Op::kAdminHello && std::exchange(hold_first_, false)) {
      held_ = std::move(bytes);
      return true;
    }
    bytes.insert(bytes.end(), held_.begin(), held_.end());
    held_.clear();
    return send(server_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  Handle handle_;
  bool hold_first_;
  Bytes held_;
  Descriptor client_, server_;
  std::thread thread_;
};

// Takes import batches as the real one does: numbers customers on, knows a batch again, refuses
// customers by a rule.
class FakeImports {
 public:
  std::function<bool(const wire::ImportCustomer&)> refuses = [](const auto&) { return false; };
  // Batches that are answered before the connection is cut.
  int batches_until_cut = 1'000'000;
  std::uint32_t customers = 0;
  std::vector<std::uint64_t> lines;    // of the customers taken, in order
  std::vector<std::uint32_t> batches;  // numbers as they came, repeated ones too

  std::optional<Bytes> take(ByteView body) {
    const auto import = wire::decode<wire::Import>(body);
    CHECK(import.has_value());
    batches.push_back(import->batch);
    if (const auto known = known_.find({import->job, import->batch}); known != known_.end()) {
      auto answer = known->second;
      answer.repeated = true;
      answer.rejects.items.clear();
      return good(answer);
    }
    wire::ImportAnswer answer;
    answer.first_customer = customers + 1;
    for (const auto& customer : import->customers.items) {
      if (refuses(customer)) {
        answer.rejects.items.push_back(
            {customer.line, static_cast<std::uint8_t>(Field::kEmail), {"not an address"}});
        continue;
      }
      ++answer.taken;
      ++customers;
      lines.push_back(customer.line);
    }
    known_[{import->job, import->batch}] = answer;
    // What was taken stays taken when the answer gets lost.
    if (batches_until_cut-- <= 0) return std::nullopt;
    return good(answer);
  }

 private:
  std::map<std::pair<std::array<std::uint8_t, 16>, std::uint32_t>, wire::ImportAnswer> known_;
};

}  // namespace bulkhead::cli
