// Shows how far a long piece of work is: a bar that is drawn over itself in a terminal, a plain
// line per tenth elsewhere. It must never slow the work down: a bar is drawn ten times a second at
// most. Owned by cli.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"

namespace bulkhead::cli {

inline constexpr std::uint64_t kDrawEveryMs = 100;
inline constexpr std::uint64_t kPlainLinesAfterMs = 1000;  // quick work says only its end

struct ProgressStyle {
  bool terminal = false;
  std::function<void(std::string_view)> write;
  const Clock* clock = nullptr;
};
// Standard error, a bar when that is a terminal. `quiet`: nothing at all.
ProgressStyle progress_style(bool quiet = false);

class Progress {
 public:
  // `what` as in "Importing", `unit` as in "customers". A total of 0 is unknown: then only the
  // count shows.
  Progress(std::string what, std::string unit, std::uint64_t total,
           ProgressStyle style = progress_style());
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void at(std::uint64_t done);  // never falls
  // What an earlier run did already, which does not count for the speed of this one.
  void go_on_from(std::uint64_t done) { first_ = done_ = done; }
  void set_total(std::uint64_t total) { total_ = total; }
  // The last line: what was done, and how fast. Called by the destructor too, then without the
  // figures.
  void finish();

 private:
  void draw();
  void plain_line();
  std::uint64_t per_s() const;

  std::string what_, unit_;
  std::uint64_t total_;
  ProgressStyle style_;
  std::uint64_t started_ms_ = 0;
  std::uint64_t drawn_ms_ = 0;
  std::uint64_t first_ = 0;  // what was done already when it began
  std::uint64_t done_ = 0;
  std::uint64_t tenths_ = 0;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace bulkhead::cli
