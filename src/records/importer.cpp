#include "records/importer.h"

#include <algorithm>

#include "records/ascii.h"
#include "records/csv.h"
#include "records/ndjson.h"
#include "records/row_builder.h"

namespace bulkhead {

// What both formats share: read one record, give it to the builder, count it.
class Importer::Reader {
 public:
  explicit Reader(ImportMap map)
      : map_(std::move(map)), builder_(map_), cells_(map_.rules.size()) {}
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Adds at most one row or reject to the batch; false at the end.
  virtual Result<bool> read_one(ImportBatch& batch) = 0;
  virtual ImportPosition position() const = 0;

 protected:
  // Column numbers of a rule: the file's column for CSV, the rule's place for NDJSON.
  virtual std::uint32_t column_of(std::size_t rule) const = 0;

  void build(std::uint64_t line, ImportBatch& batch) {
    auto record = builder_.build(cells_);
    if (record) {
      batch.rows.push_back({.line = line, .record = std::move(*record)});
    } else {
      const auto rule = record.error().rule;
      batch.rejects.push_back({.line = line,
                               .column = rule == CellReject::kNoRule ? 0 : column_of(rule),
                               .reason = record.error().reason});
    }
  }

  const ImportMap map_;
  RowBuilder builder_;
  std::vector<std::string_view> cells_;
};

class Importer::CsvRows final : public Reader {
 public:
  CsvRows(ImportMap map, const ByteSource& source)
      : Reader(std::move(map)), source_(source), csv_(source, {}, map_.delimiter) {}

  Status start(std::optional<ImportPosition> from) {
    csv_.skip_byte_order_mark();
    const auto step = csv_.next();
    TRY_STATUS(Status(csv_.status()));
    if (step == CsvStep::kEnd) return fail(ErrorCode::kMalformed, "a CSV file without a header");
    if (step == CsvStep::kBad)
      return fail(ErrorCode::kMalformed, "a CSV header that breaks RFC 4180 or a limit");
    TRY_STATUS(read_header());
    if (!from) return {};
    if (from->byte_offset < csv_.position().byte_offset) {
      return fail(ErrorCode::kMalformed, "a resume position before the first record");
    }
    csv_ = CsvReader(source_, *from, map_.delimiter);
    return {};
  }

  Result<bool> read_one(ImportBatch& batch) override {
    const auto step = csv_.next();
    TRY_STATUS(Status(csv_.status()));
    if (step == CsvStep::kEnd) return false;
    if (step == CsvStep::kBad) {
      batch.rejects.push_back(csv_.reject());
      return true;
    }
    const auto& fields = csv_.fields();
    if (fields.size() == 1 && fields.front().empty()) return true;  // an empty line between records
    if (fields.size() != columns_) {
      batch.rejects.push_back({.line = csv_.line(),
                               .column = 0,
                               .reason = "another number of columns than the header"});
      return true;
    }
    for (std::size_t i = 0; i < cells_.size(); ++i)
      cells_[i] = places_[i] == 0 ? std::string_view() : fields[places_[i] - 1];
    build(csv_.line(), batch);
    return true;
  }

  ImportPosition position() const override { return csv_.position(); }

 private:
  std::uint32_t column_of(std::size_t rule) const override { return places_[rule]; }

  Status read_header() {
    columns_ = csv_.fields().size();
    bool any = false;
    for (const auto& rule : map_.rules) {
      std::uint32_t place = 0;
      for (std::size_t i = 0; i < columns_ && !rule.column.empty(); ++i) {
        if (!same_without_ascii_case(trimmed(csv_.fields()[i]), rule.column)) continue;
        if (place != 0)
          return fail(ErrorCode::kMalformed, "a CSV header with a column of the map twice");
        place = static_cast<std::uint32_t>(i + 1);
      }
      if (place == 0 && rule.required)
        return fail(ErrorCode::kMalformed, "a CSV header without a required column of the map");
      any = any || place != 0;
      places_.push_back(place);
    }
    if (!any) return fail(ErrorCode::kMalformed, "a CSV header without any column of the map");
    return {};
  }

  const ByteSource& source_;
  CsvReader csv_;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> places_;  // per rule: column of the file from 1, 0 when it has none
};

class Importer::NdjsonRows final : public Reader {
 public:
  NdjsonRows(ImportMap map, const ByteSource& source, ImportPosition from)
      : Reader(std::move(map)), json_(source, from, map_) {}

  Result<bool> read_one(ImportBatch& batch) override {
    const auto step = json_.next(cells_);
    TRY_STATUS(Status(json_.status()));
    if (step == NdjsonStep::kEnd) return false;
    if (step == NdjsonStep::kBad) batch.rejects.push_back(json_.reject());
    if (step == NdjsonStep::kRecord) build(json_.line(), batch);
    return true;
  }

  ImportPosition position() const override { return json_.position(); }

 private:
  std::uint32_t column_of(std::size_t rule) const override {
    return static_cast<std::uint32_t>(rule + 1);
  }

  NdjsonReader json_;
};

Importer::Importer(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
Importer::Importer(Importer&&) noexcept = default;
Importer& Importer::operator=(Importer&&) noexcept = default;
Importer::~Importer() = default;

Result<Importer> Importer::create(ImportMap map, ImportFormat format, const ByteSource& source,
                                  std::optional<ImportPosition> from) {
  if (map.rules.empty()) return fail(ErrorCode::kMalformed, "an import map without fields");
  if (from && source.size_bytes() != 0 && from->byte_offset > source.size_bytes()) {
    return fail(ErrorCode::kConflict, "the file is shorter than the resume position");
  }
  if (format == ImportFormat::kNdjson) {
    return Importer(
        std::make_unique<NdjsonRows>(std::move(map), source, from.value_or(ImportPosition{})));
  }
  auto rows = std::make_unique<CsvRows>(std::move(map), source);
  TRY_STATUS(rows->start(from));
  return Importer(std::move(rows));
}

Result<ImportBatch> Importer::next_batch(std::size_t lines_max) {
  ImportBatch batch;
  lines_max = std::clamp<std::size_t>(lines_max, 1, kImportBatchRowsMax);
  while (batch.rows.size() + batch.rejects.size() < lines_max && !batch.end) {
    batch.end = !TRY(reader_->read_one(batch));
  }
  batch.next = reader_->position();
  return batch;
}

}  // namespace bulkhead
