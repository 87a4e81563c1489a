#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/output.h"

namespace bulkhead::cli {
namespace {

constexpr std::uint64_t kBarCells = 30;
constexpr std::string_view kEraseLine = "\r\x1b[K";

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

ProgressStyle progress_style(bool quiet) {
  static const SystemClock kClock;
  if (quiet) return {.terminal = false, .write = [](std::string_view) {}, .clock = &kClock};
  return {.terminal = isatty(STDERR_FILENO) == 1, .write = write_error, .clock = &kClock};
}

Progress::Progress(std::string what, std::string unit, std::uint64_t total, ProgressStyle style)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), style_(std::move(style)) {
  started_ms_ = style_.clock->boot_ms();
}

Progress::~Progress() {
  if (!finished_ && style_.terminal && begun_) style_.write("\n");
}

void Progress::at(std::uint64_t done) {
  begun_ = true;
  done_ = std::max(done_, done);
  if (!style_.terminal) return plain_line();
  const auto now_ms = style_.clock->boot_ms();
  if (now_ms - drawn_ms_ < kDrawEveryMs) return;
  drawn_ms_ = now_ms;
  draw();
}

std::uint64_t Progress::per_s() const {
  const auto took_ms = std::max<std::uint64_t>(style_.clock->boot_ms() - started_ms_, 1);
  return (done_ - first_) * 1000 / took_ms;
}

void Progress::draw() {
  if (total_ == 0)
    return style_.write(fmt::format("{}{}: {} {}", kEraseLine, what_, count_text(done_), unit_));
  const auto done = std::min(done_, total_);
  const auto full = done * kBarCells / total_;
  std::string bar;
  for (std::uint64_t i = 0; i < kBarCells; ++i) bar += i < full ? "█" : "░";
  const auto rate = per_s();
  const auto left = rate == 0 ? std::string("...") : duration_text((total_ - done) / rate);
  style_.write(fmt::format("{}{} {} {:3} %  {} of {} {}  {}/s  {} left", kEraseLine, what_, bar,
                           done * 100 / total_, count_text(done), count_text(total_), unit_,
                           count_text(rate), left));
}

void Progress::plain_line() {
  if (total_ == 0) return;
  const auto tenths = std::min<std::uint64_t>(done_ * 10 / total_, 10);
  if (tenths <= tenths_ || tenths == 10) return;
  if (style_.clock->boot_ms() - started_ms_ < kPlainLinesAfterMs) return;
  tenths_ = tenths;
  style_.write(fmt::format("{}: {} %, {} of {} {}\n", what_, tenths * 10, count_text(done_),
                           count_text(total_), unit_));
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  const auto took_ms = style_.clock->boot_ms() - started_ms_;
  style_.write(fmt::format("{}{}: {} {} in {}.{} s\n", style_.terminal ? kEraseLine : "", what_,
                           count_text(done_ - first_), unit_, took_ms / 1000,
                           took_ms % 1000 / 100));
}

}  // namespace bulkhead::cli
