// Where an import's bytes come from: a file on disk, or a string in tests. It must never keep a
// cursor, since a resumed import first reads the header at the start and then goes on far behind
// it. Owned by records.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace bulkhead {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills `to` from byte `offset` on and returns how many bytes came; 0 means the end. Errors: kIo.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> to) const = 0;
  // Total bytes for a progress bar; 0 when unknown.
  virtual std::uint64_t size_bytes() const = 0;
};

class FileByteSource final : public ByteSource {
 public:
  // Takes an open regular file, which the caller keeps open for as long as this lives.
  explicit FileByteSource(int descriptor) : descriptor_(descriptor) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> to) const override;
  std::uint64_t size_bytes() const override;

 private:
  int descriptor_;
};

class TextByteSource final : public ByteSource {
 public:
  explicit TextByteSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> to) const override;
  std::uint64_t size_bytes() const override { return text_.size(); }

 private:
  std::string text_;
};

}  // namespace bulkhead
