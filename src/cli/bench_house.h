// A drill directory of a bench's own, and a keeper on it: first alone, with the bench in the
// supervisor's place, then under a real supervisor with its fronts. It must never touch a directory
// that it did not make. Owned by cli.
#pragma once

#include <optional>
#include <string>

#include "cli/admin_connection.h"
#include "cli/paths.h"
#include "cli/run_keeper.h"
#include "wire/frame.h"

namespace bulkhead::cli {

inline constexpr int kReadyWaitSMax = 300;  // recovery of a large ledger included

class BenchHouse {
 public:
  // Makes a folder in `parent`, which goes with the object.
  static Result<BenchHouse> create(const std::string& parent);
  BenchHouse(BenchHouse&& other) noexcept = default;
  BenchHouse& operator=(BenchHouse&&) = delete;
  ~BenchHouse();

  const Places& places() const { return places_; }

  // The keeper alone. Returns once it can serve.
  Status start_keeper();
  Result<Descriptor> channel(Face face);
  Result<AdminConnection> operator_connection();
  // A clean end: everything answered, last checkpoint written.
  Status drain_keeper();

  // `bulkhead serve` on free ports. Returns once everything answers.
  Status start_serving();
  Status stop_serving();

 private:
  BenchHouse() = default;
  Status wait_for(wire::Op op);

  // Taken by the moved-to object; empty there is nothing to remove.
  struct Folder {
    std::string path;
    Folder() = default;
    Folder(Folder&& other) noexcept : path(std::exchange(other.path, {})) {}
    Folder& operator=(Folder&& other) noexcept {
      path = std::exchange(other.path, {});
      return *this;
    }
    ~Folder();
  };

  Folder folder_;  // first, so that it goes last
  Places places_;
  Descriptor control_;
  wire::FrameReader reader_;
  std::optional<HelperChild> child_;
};

}  // namespace bulkhead::cli
