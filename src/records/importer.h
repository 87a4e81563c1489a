// Turns a CSV (RFC 4180) or NDJSON file into customer records, a batch at a time, by the rules of
// an import map. It must never put a value of the file into an error or a reject: those carry
// numbers and literals only. Owned by records; whether a value is valid for its field is decided by
// the keeper, here only the shape is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/record.h"
#include "base/result.h"
#include "records/byte_source.h"
#include "records/import_map.h"

namespace bulkhead {

enum class ImportFormat : std::uint8_t { kCsv, kNdjson };

// A point between two records of the file; what a caller persists to go on later.
struct ImportPosition {
  std::uint64_t byte_offset = 0;
  std::uint64_t line = 1;  // number of the physical line that starts at byte_offset, from 1
  bool operator==(const ImportPosition&) const = default;
};

struct ImportRow {
  std::uint64_t line = 0;  // where the record starts
  Record record;  // never empty; values non-empty and in UTF-8, each (field, item) at most once
  bool operator==(const ImportRow&) const = default;
};

// `column` counts from 1: the column of the CSV file, or for NDJSON the place of the rule in the
// map. 0 is the whole line. `reason` is a string literal.
struct RejectRow {
  std::uint64_t line = 0;
  std::uint32_t column = 0;
  const char* reason = "";
};

struct ImportBatch {
  std::vector<ImportRow> rows;
  std::vector<RejectRow> rejects;
  ImportPosition next;  // behind everything in this batch
  bool end = false;     // nothing follows
};

inline constexpr std::size_t kImportRecordBytesMax = 1u << 20;  // one CSV record or NDJSON line
inline constexpr std::size_t kCsvFieldBytesMax = 64u << 10;
inline constexpr std::size_t kCsvColumnsMax = 1024;
inline constexpr std::size_t kImportBatchRowsMax = 10'000;

class Importer {
 public:
  // Reads the CSV header, which is always at the start of the source, and goes on at `from`
  // (default: the first record). The source must outlive the importer. Errors: kMalformed (header
  // without the map's required columns, or with one twice), kTooLarge (header over the limits),
  // kIo.
  static Result<Importer> create(ImportMap map, ImportFormat format, const ByteSource& source,
                                 std::optional<ImportPosition> from = std::nullopt);
  Importer(Importer&&) noexcept;
  Importer& operator=(Importer&&) noexcept;
  ~Importer();

  // Up to `lines_max` (at most kImportBatchRowsMax) further records, accepted or rejected. Errors:
  // kIo.
  Result<ImportBatch> next_batch(std::size_t lines_max);

 private:
  class Reader;
  class CsvRows;
  class NdjsonRows;
  explicit Importer(std::unique_ptr<Reader> reader);
  std::unique_ptr<Reader> reader_;
};

}  // namespace bulkhead
