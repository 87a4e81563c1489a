#include "keeper/crash_note.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <map>

#include "base/descriptor.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kForm = 0x62756c6b63726101;  // "bulkcra", 1

thread_local constinit std::uint16_t op_in_hand = 0;
constinit CrashNote* listening = nullptr;

std::uint64_t boot_now_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace

Result<std::unique_ptr<CrashNote>> CrashNote::open(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat there{};
  if (!file || fstat(file.get(), &there) != 0)
    return fail(ErrorCode::kIo, "the crash note cannot be opened");
  // With its space, since a page that cannot be had later is a signal and no error.
  // Each time, since the last keeper may have been ended between the two.
  if ((there.st_size != sizeof(Page) && ftruncate(file.get(), sizeof(Page)) != 0) ||
      posix_fallocate(file.get(), 0, sizeof(Page)) != 0)
    return fail(ErrorCode::kIo, "the crash note cannot be made");
  void* const mapped =
      mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (mapped == MAP_FAILED) return fail(ErrorCode::kIo, "the crash note cannot be mapped");
  auto* const page = static_cast<Page*>(mapped);
  if (page->form != kForm) *page = {.form = kForm, .next = 0, .aborts = {}};
  return std::unique_ptr<CrashNote>(new CrashNote(page));
}

CrashNote::~CrashNote() {
  if (listening == this) listening = nullptr;
  munmap(page_, sizeof(Page));
}

void CrashNote::listen() {
  listening = this;
  struct sigaction act{};
  act.sa_handler = on_signal;
  // The second time the signal does what it always did.
  act.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    sigaction(signal, &act, nullptr);
}

void CrashNote::on_signal(int signal) {
  if (listening != nullptr && op_in_hand != 0) listening->add(op_in_hand, boot_now_ms());
  raise(signal);
}

void CrashNote::add(std::uint16_t op, std::uint64_t boot_ms) {
  page_->aborts[page_->next++ % kAbortsKept] = {boot_ms, op};
}

std::vector<std::uint16_t> CrashNote::repeated(std::uint64_t boot_ms) const {
  std::map<std::uint64_t, std::vector<std::uint64_t>> times;
  for (const auto& abort : page_->aborts) {
    if (abort.op != 0 && abort.op <= UINT16_MAX && abort.boot_ms <= boot_ms)
      times[abort.op].push_back(abort.boot_ms);
  }
  std::vector<std::uint16_t> found;
  for (auto& [op, at] : times) {
    std::ranges::sort(at);
    for (std::size_t last = kAbortsToQuarantine - 1; last < at.size(); ++last) {
      if (at[last] - at[last + 1 - kAbortsToQuarantine] > kAbortsWithinMs) continue;
      found.push_back(static_cast<std::uint16_t>(op));
      break;
    }
  }
  return found;
}

void CrashNote::forget(std::uint16_t op) {
  for (auto& abort : page_->aborts) {
    if (abort.op == op) abort = {};
  }
}

InHand::InHand(std::uint16_t op) { op_in_hand = op; }
InHand::~InHand() { op_in_hand = 0; }

}  // namespace bulkhead
