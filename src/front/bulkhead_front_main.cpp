// bulkhead-front: one instance (desk or api) of the HTTPS side. Everything it uses arrives as an
// open descriptor; it confines itself, tries to escape and says hello to the keeper before it
// accepts the first connection.

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "confine/confine.h"
#include "confine/escape.h"
#include "front/server.h"

namespace bulkhead::front {
namespace {

constexpr int kExitWrongArguments = 2;
constexpr int kExitKeeperLost = 3;
constexpr std::chrono::milliseconds kStopPatience{2000};

struct Arguments {
  Face face = Face::kDesk;
  int keeper = -1;
  int certificate = -1;
  int key = -1;
  int report = -1;
  int escape_targets = -1;
  int pages = -1;  // of the desk, when they were built
  std::vector<int> listeners;
  std::vector<int> plain_listeners;
  std::vector<std::string> hosts;
  Limits limits;
};

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "4" or "4,5,6".
bool read_descriptors(std::string_view text, std::vector<int>& to) {
  while (to.size() < kListenersMax) {
    const auto comma = text.find(',');
    const auto fd = number_of<int>(text.substr(0, comma));
    if (!fd || *fd < 0) return false;
    to.push_back(*fd);
    if (comma == std::string_view::npos) return true;
    text = text.substr(comma + 1);
  }
  return false;
}

bool read_argument(std::string_view name, std::string_view value, Arguments& to) {
  const auto descriptor = [&](int& fd) {
    const auto number = number_of<int>(value);
    fd = number.value_or(-1);
    return fd >= 0;
  };
  if (name == "--instance") {
    const auto face = word_from<Face>(value);
    to.face = face.value_or(Face::kKeeper);
    return face == Face::kDesk || face == Face::kApi;
  }
  if (name == "--keeper-fd") return descriptor(to.keeper);
  if (name == "--cert-fd") return descriptor(to.certificate);
  if (name == "--key-fd") return descriptor(to.key);
  if (name == "--report-fd") return descriptor(to.report);
  if (name == "--escape-targets-fd") return descriptor(to.escape_targets);
  if (name == "--pages-fd") return descriptor(to.pages);
  if (name == "--listen-fd") return read_descriptors(value, to.listeners);
  if (name == "--plain-fd") return read_descriptors(value, to.plain_listeners);
  if (name == "--host") {
    to.hosts.emplace_back(value);
    return to.hosts.size() <= kHostsMax;
  }
  if (name == "--connections-per-network") {
    const auto most = number_of<std::size_t>(value);
    to.limits.connections_per_network = most.value_or(0);
    return to.limits.connections_per_network > 0;
  }
  return false;
}

std::optional<Arguments> read_arguments(std::span<char*> words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size() || !read_argument(words[i], words[i + 1], arguments))
      return std::nullopt;
  }
  const bool complete = arguments.keeper >= 0 && arguments.certificate >= 0 && arguments.key >= 0 &&
                        arguments.escape_targets >= 0 && !arguments.listeners.empty() &&
                        !arguments.hosts.empty();
  if (!complete) return std::nullopt;
  return arguments;
}

Result<std::string> read_all(int fd) {
  const Descriptor owner(fd);
  std::string text;
  char part[4096];
  for (;;) {
    const auto got = read(fd, part, sizeof part);
    if (got < 0) return fail(ErrorCode::kIo, "a descriptor with certificate or key cannot be read");
    if (got == 0) return text;
    text.append(part, static_cast<std::size_t>(got));
    if (text.size() > kPemBytesMax)
      return fail(ErrorCode::kTooLarge, "certificate or key is larger than 64 KiB");
  }
}

Result<TlsContext> read_certificate(const Arguments& arguments) {
  const auto certificate = TRY(read_all(arguments.certificate));
  auto key = TRY(read_all(arguments.key));
  auto context = TlsContext::create(certificate, key);
  explicit_bzero(key.data(), key.size());
  return context;
}

Result<std::optional<Pages>> read_pages(int fd) {
  if (fd < 0) return std::nullopt;
  const Descriptor owner(fd);
  return TRY(Pages::read(fd));
}

// The plain listener is called by the instance's name too, at its own port.
Status add_plain_host(int fd, std::vector<std::string>& hosts) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) {
    return fail(ErrorCode::kIo, "the plain listener is no socket");
  }
  const auto port = name.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&name)->sin_port
                                              : reinterpret_cast<sockaddr_in6*>(&name)->sin6_port;
  const auto& first = hosts.front();
  hosts.push_back(fmt::format("{}:{}", first.substr(0, first.find(':')), ntohs(port)));
  return {};
}

// One line to the supervisor: "ready <instance>" once connections are accepted.
void report_ready(const Arguments& arguments) {
  if (arguments.report < 0) return;
  const Descriptor owner(arguments.report);
  const auto line = fmt::format("ready {}\n", bulkhead::name_of(arguments.face));
  [[maybe_unused]] const auto written = write(owner.get(), line.data(), line.size());
}

Status run(const Arguments& arguments, int& exit_code) {
  const auto targets = TRY(read_escape_targets(arguments.escape_targets));
  auto tls = TRY(read_certificate(arguments));
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);

  TRY_STATUS(
      confine({.user = {}, .read_write = {}, .read_only = {}, .network = NetworkUse::kAccept}));
  const auto escape = try_escapes(targets);
  for (const auto& success : escape.successes) log_error("could escape: {}", success);

  KeeperChannel keeper(io, arguments.keeper, [&](const char* why) {
    log_error("{}", why);
    exit_code = kExitKeeperLost;
    io.stop();
  });
  exit_code = escape.escapes() > 0 ? kExitEscapeSucceeded : kExitKeeperLost;  // If the hello fails.
  const auto hello = TRY(keeper.hello(arguments.face, escape.escapes()));
  if (escape.escapes() > 0)
    return fail(ErrorCode::kRefused, "this process could escape, so it does not serve");
  exit_code = 1;

  auto pages = TRY(read_pages(arguments.pages));
  auto hosts = arguments.hosts;
  for (const auto fd : arguments.plain_listeners) TRY_STATUS(add_plain_host(fd, hosts));
  Site site({.face = arguments.face,
             .hosts = std::move(hosts),
             .origin = hello.origin.value,
             .demo = hello.demo,
             .pages = std::move(pages)});
  // A host that answers plain HTTP on one port must not promise TLS, since browsers hold it to that
  // on every port.
  auto shared =
      std::make_shared<Shared>(Shared{.site = std::move(site),
                                      .limits = arguments.limits,
                                      .tls = std::move(tls),
                                      .keeper = keeper,
                                      .strict_transport = arguments.plain_listeners.empty()});
  Server server(io, shared);
  for (const auto fd : arguments.listeners) TRY_STATUS(server.listen(fd, false));
  for (const auto fd : arguments.plain_listeners) TRY_STATUS(server.listen(fd, true));
  server.start();
  signals.async_wait([&](auto ec, int) {
    if (!ec) server.stop(kStopPatience);
  });
  report_ready(arguments);
  exit_code = 0;
  io.run();
  return {};
}

int run_guarded(std::span<char*> words) {
  const auto arguments = read_arguments(words);
  if (!arguments) {
    log_error("wrong arguments; the supervisor (`bulkhead serve`) starts this program");
    return kExitWrongArguments;
  }
  set_log_name(fmt::format("bulkhead-front {}", bulkhead::name_of(arguments->face)));
  int exit_code = 1;
  const auto ran = run(*arguments, exit_code);
  if (!ran) log_error("{}", ran.error().context);
  return !ran && exit_code == 0 ? 1 : exit_code;
}

}  // namespace
}  // namespace bulkhead::front

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  try {
    return bulkhead::front::run_guarded({argv + 1, static_cast<std::size_t>(argc - 1)});
  } catch (const std::exception&) {
    bulkhead::log_error("ended by an exception");
    return 1;
  }
}
