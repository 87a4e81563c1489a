// bulkhead-mail-parse: reads one mail at a time from the socket it was handed, answers what is in
// it, and shuts itself in before it does: no file, no socket of its own, 64 MiB, 5 seconds of
// processor time for each mail. A mail that costs it its life costs nobody else's.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <span>
#include <string_view>

#include "base/descriptor.h"
#include "base/log.h"
#include "confine/confine.h"
#include "mail/parse.h"
#include "wire/mail_frame.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BULKHEAD_HAS_SANITIZER 1
#endif
#endif

namespace bulkhead::mail {
namespace {

constexpr int kExitWrongArguments = 2;
constexpr rlim_t kDataBytesMax = 64u << 20;
constexpr int kProcessorMsMax = 5000;

struct Arguments {
  int socket = -1;
  int processor_ms = kProcessorMsMax;
};

bool read_number(std::string_view text, int& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size() && to >= 0;
}

bool read_arguments(std::span<char*> words, Arguments& to) {
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) return false;
    const std::string_view name(words[i]);
    int* const where = name == "--socket-fd"      ? &to.socket
                       : name == "--processor-ms" ? &to.processor_ms
                                                  : nullptr;
    if (where == nullptr || !read_number(words[i + 1], *where)) return false;
  }
  return to.socket >= 0 && to.processor_ms > 0;
}

// A sanitizer's own memory would be over the limit before the first mail.
bool limit_memory() {
#ifdef BULKHEAD_HAS_SANITIZER
  return true;
#else
  const rlimit data{kDataBytesMax, kDataBytesMax};
  return setrlimit(RLIMIT_DATA, &data) == 0;
#endif
}

// The kernel ends this process (SIGPROF) when the time is up.
bool limit_time(int processor_ms) {
  itimerval timer{};
  timer.it_value = {processor_ms / 1000, processor_ms % 1000 * 1000};
  return setitimer(ITIMER_PROF, &timer, nullptr) == 0;
}

int serve(int socket, int processor_ms) {
  const Descriptor owner(socket);
  // The first frame is empty and says that it is ready.
  if (!wire::write_mail_frame(socket, {})) return 0;
  for (;;) {
    auto raw = wire::read_mail_frame(socket, wire::kMailBytesMax);
    if (!raw) return raw.error().code == ErrorCode::kUnavailable ? 0 : 1;
    if (!limit_time(processor_ms)) return 1;
    const auto answer = wire::encode(parse_mail(*raw));
    limit_time(0);
    raw->clear();
    raw->shrink_to_fit();
    malloc_trim(0);
    if (!wire::write_mail_frame(socket, answer)) return 0;
  }
}

int run(std::span<char*> words) {
  Arguments arguments;
  if (!read_arguments(words, arguments)) {
    log_error("usage: bulkhead-mail-parse --socket-fd N [--processor-ms N]");
    return kExitWrongArguments;
  }
  if (!prepare_to_parse()) {
    log_error("the C library has none of the charsets that mail is written in");
    return 1;
  }
  if (const auto confined = confine({}); !confined) {
    log_error("cannot be confined: {}", confined.error().context);
    return 1;
  }
  if (!limit_memory()) {
    log_error("memory cannot be limited");
    return 1;
  }
  return serve(arguments.socket, arguments.processor_ms);
}

}  // namespace
}  // namespace bulkhead::mail

int main(int count, char** words) {
  bulkhead::set_log_name("bulkhead-mail-parse");
  return bulkhead::mail::run({words + 1, static_cast<std::size_t>(count - 1)});
}
