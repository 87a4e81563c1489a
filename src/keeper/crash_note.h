// The crash note: which operations were in hand when the keeper aborted, and when, in one small
// mapped file that outlives the process. Three aborts of one operation in ten minutes quarantine
// that operation, not the keeper. It must never hold anything of a request but the operation's
// number, and writing it must be safe inside a signal handler. Owned by keeper.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kAbortsKept = 64;
inline constexpr std::size_t kAbortsToQuarantine = 3;
inline constexpr std::uint64_t kAbortsWithinMs = 10 * 60'000;

class CrashNote {
 public:
  // Makes the file when it is not there. One of another size or form is begun anew. kIo.
  static Result<std::unique_ptr<CrashNote>> open(const std::string& path);
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;
  ~CrashNote();

  // From here on, a thread that dies of a signal notes what it had in hand. One note per process.
  void listen();
  // Async-signal-safe. `boot_ms` is CLOCK_BOOTTIME; beyond kAbortsKept the oldest gives way.
  void add(std::uint16_t op, std::uint64_t boot_ms);
  // Operations that aborted so often, in rising order. What was noted before the machine's last
  // start counts no more.
  std::vector<std::uint16_t> repeated(std::uint64_t boot_ms) const;
  void forget(std::uint16_t op);

 private:
  struct Abort {
    std::uint64_t boot_ms;
    std::uint64_t op;  // 0: none
  };
  struct Page {
    std::uint64_t form;
    std::uint64_t next;
    std::array<Abort, kAbortsKept> aborts;
  };
  explicit CrashNote(Page* page) : page_(page) {}
  static void on_signal(int signal);

  Page* page_;
};

// What this thread has in hand, while it lives.
class InHand {
 public:
  explicit InHand(std::uint16_t op);
  InHand(const InHand&) = delete;
  InHand& operator=(const InHand&) = delete;
  ~InHand();
};

}  // namespace bulkhead
