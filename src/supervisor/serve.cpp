#include "supervisor/serve.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <csignal>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/supervisor.h"

namespace bulkhead {
namespace {

// SIGTERM, SIGINT and a closed terminal arrive as reads, never in the middle of something.
Descriptor take_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGHUP);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  // A log whose reader is gone must not end the house, nor its children, who inherit this.
  signal(SIGPIPE, SIG_IGN);
  return Descriptor(signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

int run_supervisor(const ServeOptions& options) {
  set_log_name("bulkhead");
  auto signals = take_signals();
  const rlimit no_dump{0, 0};
  if (!signals || setrlimit(RLIMIT_CORE, &no_dump) != 0 ||
      prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    log_error("Bulkhead does not start: signals or core dumps cannot be set");
    return 1;
  }
  auto setup = set_up(options);
  if (!setup) {
    log_error("Bulkhead does not start: {}", setup.error().context);
    return 1;
  }
  const SystemClock clock;
  Supervisor supervisor(std::move(*setup), std::move(signals), clock);
  return supervisor.run();
}

}  // namespace bulkhead
