// verify_ledger re-derives a whole ledger from its entries and compares every file with what it
// finds, as an outsider can. It must never trust a file of the ledger to vouch for another, and
// never stop at the first problem. Owned by ledger; `bulkhead verify` and the drills call it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/position.h"

namespace bulkhead {

// Where a ledger's files come from, named as in the layout: "checkpoint", "tile/0/x001/000",
// "tile/entries/000.p/5", "private/000", "journal/00000000000000000000".
class Source {
 public:
  virtual ~Source() = default;
  // kNotFound when absent; other errors are reported as they are.
  virtual Result<Bytes> read(const std::string& name) = 0;
  // True when private parts and the journal can be read too, and list() answers.
  virtual bool is_directory() const = 0;
  // Names of all files below "tile/", "private/" or "journal/", relative to the ledger, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& below) = 0;
};

class DirectorySource final : public Source {
 public:
  explicit DirectorySource(std::string directory) : directory_(std::move(directory)) {}
  Result<Bytes> read(const std::string& name) override;
  bool is_directory() const override { return true; }
  Result<std::vector<std::string>> list(const std::string& below) override;

 private:
  std::string directory_;
};

inline constexpr std::size_t kVerifyProblemsMax = 1000;

struct VerifyOptions {
  std::string
      verifier_key;  // "<origin>+<key id>+<key>", from somewhere the ledger's owner cannot change
  // Entries that are not of Bulkhead's form (another log in the same layout) are a problem unless
  // this is false.
  bool decode_entries = true;
};

struct VerifyReport {
  std::string origin;
  TreeSize size;
  std::string root;  // base64 of the root that the entries give
  bool ok = false;
  std::uint64_t journal_entries = 0;  // durable entries after the checkpoint
  std::vector<std::string>
      problems;  // plain sentences that name the file; at most kVerifyProblemsMax
};

// Called about once per 256 entries with (entries checked, entries under the checkpoint).
using VerifyProgress = std::function<void(std::uint64_t, std::uint64_t)>;

VerifyReport verify_ledger(Source& source, const VerifyOptions& options,
                           const VerifyProgress& progress = {});

}  // namespace bulkhead
