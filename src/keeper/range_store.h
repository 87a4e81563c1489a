// The local store of passwords known from breaches: SHA-1 digests by their first five hex digits,
// as the public
// `/range/` interface serves them. A password must never leave the process to be looked up. Owned
// by keeper; built by the command line from any file of `HASH:COUNT` lines.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kRangeLineBytesMax = 128;
inline constexpr std::size_t kRangeBucketEntriesMax =
    32u << 20;  // of one first byte; bounds the memory of a build
inline constexpr std::string_view kRangeFileName = "breached.range";

struct RangeBuild {
  std::uint64_t lines = 0;
  std::uint64_t digests = 0;  // distinct
};

class RangeStore {
 public:
  // Reads `list` (40 hex digits in either case, ':' and a decimal count on each line, in any order;
  // CR LF or LF) and leaves `folder`/kRangeFileName, durable and complete or not at all. Memory is
  // bounded by the fullest of 256 buckets. kMalformed for any other line, kTooLarge for too long a
  // line or too full a bucket, kIo.
  static Result<RangeBuild> build(const std::filesystem::path& list,
                                  const std::filesystem::path& folder,
                                  std::size_t bucket_entries_max = kRangeBucketEntriesMax);

  // kNotFound when there is none, kMalformed when it is damaged, kIo.
  static Result<RangeStore> open(const std::filesystem::path& folder);

  RangeStore(RangeStore&& other) noexcept;
  RangeStore& operator=(RangeStore&& other) noexcept;
  ~RangeStore();

  // How often the password was seen; 0 when never. kIo.
  Result<std::uint32_t> count_of(std::string_view password) const;
  Result<bool> contains(std::string_view password) const;

  // The body that `/range/PREFIX` answers: "SUFFIX:COUNT" lines, 35 upper-case hex digits each, in
  // order, joined by CR LF. `prefix` is five hex digits, otherwise kMalformed.
  Result<std::string> range_text(std::string_view prefix) const;

  std::uint64_t digests() const { return digests_; }

 private:
  RangeStore(int file, std::uint64_t digests) : file_(file), digests_(digests) {}
  int file_ = -1;
  std::uint64_t digests_ = 0;
};

}  // namespace bulkhead
