// The stand-ins that the supervisor's tests start as keeper and front, and the main that tells them
// from the tests.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <string_view>

#include "confine/confine.h"
#include "confine/escape.h"
#include "supervisor/test_house.h"
#include "wire/control_messages.h"
#include "wire/descriptor.h"
#include "wire/frame.h"
#include "wire/front_messages.h"

namespace bulkhead {
namespace {

std::string option(const std::vector<std::string>& arguments, std::string_view name) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == name) return arguments[i + 1];
  }
  return "";
}
int descriptor_option(const std::vector<std::string>& arguments, std::string_view name) {
  const auto text = option(arguments, name);
  return text.empty() ? -1 : std::stoi(text);
}

class Keeper {
 public:
  explicit Keeper(const std::vector<std::string>& arguments)
      : folder_(option(arguments, "--data")),
        control_(descriptor_option(arguments, "--control-fd")),
        demo_(std::find(arguments.begin(), arguments.end(), "--demo") != arguments.end()) {
    char byte;
    if (read(descriptor_option(arguments, "--key-fd"), &byte, 1) == 1)
      note("key " + std::string(1, byte));
  }

  int run() {
    note("keeper " + std::to_string(getpid()) + " " + std::to_string(getuid()));
    if (behaves("die-before-ready")) return 3;
    if (behaves("shout"))
      send_frame(wire::Op::kKeeperReady, 0, Bytes(2000));
    else if (behaves("babble"))
      send_frame(wire::Op::kReveal, 0, {});
    else
      send_frame(wire::Op::kKeeperReady, 0,
                 wire::encode(wire::KeeperReady{{"demo.invalid/test"}, demo_}));
    for (;;) {
      std::vector<pollfd> watched{{control_, POLLIN, 0}};
      for (const auto& channel : channels_) watched.push_back({channel.get(), POLLIN, 0});
      poll(watched.data(), watched.size(), -1);
      if (watched[0].revents != 0 && !read_control()) return 0;
      for (std::size_t i = 1; i < watched.size(); ++i) {
        if (watched[i].revents != 0) read_channel(channels_[i - 1]);
      }
      std::erase_if(channels_, [](const Descriptor& channel) { return !channel; });
    }
  }

 private:
  bool behaves(const std::string& how) const {
    return access((folder_ + "/" + how).c_str(), F_OK) == 0;
  }
  void note(const std::string& line) const {
    const Descriptor file(open((folder_ + "/starts").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    [[maybe_unused]] const auto written = write(file.get(), (line + "\n").data(), line.size() + 1);
  }
  void send_frame(wire::Op op, std::uint64_t request, ByteView body) const {
    Bytes bytes;
    wire::put_frame(bytes, {static_cast<std::uint16_t>(op), request, {}}, body);
    [[maybe_unused]] const auto sent = wire::send_with_descriptor(control_, bytes, -1);
  }

  // False when it is time to end.
  bool read_control() {
    Bytes buffer(4096);
    auto received = wire::receive_with_descriptor(control_, buffer);
    if (!received || received->bytes == 0) return false;
    reader_.feed(ByteView(buffer).first(received->bytes));
    if (received->descriptor) passed_.push_back(std::move(received->descriptor));
    for (auto frame = reader_.next(); frame && *frame; frame = reader_.next()) {
      if ((*frame)->head.op == static_cast<std::uint16_t>(wire::Op::kDrain)) {
        if (behaves("never-drain")) continue;
        note("drained");
        send_frame(wire::Op::kDrain, (*frame)->head.request, wire::encode(wire::Done{}));
        return false;
      }
      const auto channel = wire::decode<wire::NewChannel>((*frame)->body);
      if (!channel || passed_.empty()) return false;
      if (channel->face == Face::kAdmin) {
        const auto text =
            "admin " + std::to_string(channel->uid) + " " + std::to_string(channel->pid);
        [[maybe_unused]] const auto sent = send(passed_.front().get(), text.data(), text.size(), 0);
      } else {
        channels_.push_back(std::move(passed_.front()));
      }
      passed_.pop_front();
    }
    return true;
  }

  void read_channel(Descriptor& channel) {
    char text[256];
    const auto got = recv(channel.get(), text, sizeof text, 0);
    if (got <= 0) return channel.reset();
    note(std::string(text, static_cast<std::size_t>(got)));
    [[maybe_unused]] const auto sent = send(channel.get(), "welcome", 7, MSG_NOSIGNAL);
  }

  std::string folder_;
  int control_;
  bool demo_;
  wire::FrameReader reader_;
  std::deque<Descriptor> passed_;
  std::vector<Descriptor> channels_;
};

}  // namespace

int keeper_stand_in(const std::vector<std::string>& arguments) { return Keeper(arguments).run(); }

int front_stand_in(const std::vector<std::string>& arguments) {
  const int targets = descriptor_option(arguments, "--escape-targets-fd");
  const int listener = descriptor_option(arguments, "--listen-fd");
  std::string text(64u << 10, 0);
  const auto got = pread(targets, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  // The names of the keeper's files are told, so a behaviour needs no reading of them.
  const bool escapes = text.find("/front-escapes\n") != std::string::npos;
  ConfineProfile profile;
  profile.network = NetworkUse::kAccept;
  if (!escapes && !confine(profile)) return 5;
  const auto report = run_escape_test(targets);
  if (!report) return 6;
  if (report->escapes() > 0) return kExitEscapeSucceeded;
  const auto line = "front " + option(arguments, "--instance") + " " + std::to_string(getpid()) +
                    " " + std::to_string(getuid()) + " " + std::to_string(report->escapes()) + " " +
                    std::to_string(report->attempts) + " " + option(arguments, "--host") + " " +
                    (descriptor_option(arguments, "--plain-fd") >= 0 ? "plain" : "no-plain") +
                    (descriptor_option(arguments, "--pages-fd") >= 0 ? " pages" : " no-pages");
  const int keeper = descriptor_option(arguments, "--keeper-fd");
  char answer[16];
  if (send(keeper, line.data(), line.size(), 0) < 0 || recv(keeper, answer, sizeof answer, 0) <= 0)
    return 7;
  {
    const Descriptor ready(descriptor_option(arguments, "--report-fd"));
    if (write(ready.get(), "ready\n", 6) != 6) return 9;
  }
  for (;;) {
    pollfd ends[2] = {{listener, POLLIN, 0}, {keeper, POLLIN, 0}};
    poll(ends, 2, -1);
    if (ends[1].revents != 0) return 8;  // the keeper is gone
    const Descriptor visitor(accept(listener, nullptr, nullptr));
    if (visitor) send(visitor.get(), "hi", 2, MSG_NOSIGNAL);
  }
}

}  // namespace bulkhead

int main(int argc, char** argv) {
  const std::string_view name(argv[0]);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (name == "bulkhead-keeper") return bulkhead::keeper_stand_in(arguments);
  if (name == "bulkhead-front") return bulkhead::front_stand_in(arguments);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
