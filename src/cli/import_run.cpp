#include "cli/import_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/output.h"
#include "records/csv.h"

namespace bulkhead::cli {
namespace {

constexpr std::string_view kRejectHead = "line,column,reason\n";
constexpr std::size_t kFieldNumbers = 64;

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view name_of_field(std::uint8_t field) {
  const auto* const info = info_of(static_cast<Field>(field));
  return info == nullptr ? std::string_view("record") : info->name;
}

}  // namespace

// --- RejectFile
// ---------------------------------------------------------------------------------------------------

Status RejectFile::go_on_from(std::uint64_t bytes) {
  bytes_ = bytes;
  if (truncate(path_.c_str(), static_cast<off_t>(bytes)) == 0 || (errno == ENOENT && bytes == 0))
    return {};
  return fail(
      ErrorCode::kIo,
      "the reject file of the earlier run cannot be gone on with; choose another with --reject");
}

Status RejectFile::add(std::vector<std::pair<RejectRow, std::string>>& rows) {
  if (rows.empty()) return {};
  std::ranges::stable_sort(rows, {}, [](const auto& row) { return row.first.line; });
  std::string text(bytes_ == 0 ? kRejectHead : std::string_view());
  for (const auto& [row, reason] : rows)
    text += fmt::format("{},{},{}\n", row.line, row.column, csv_field(reason));
  const Descriptor file(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fdatasync(file.get()) != 0) {
    return fail(ErrorCode::kIo, "the reject file cannot be written; choose a place with --reject");
  }
  bytes_ += text.size();
  return {};
}

// --- ImportRun
// ----------------------------------------------------------------------------------------------------

ImportRun::ImportRun(AdminConnection& connection, const ByteSource& source,
                     ImportRunOptions options, ImportState state)
    : connection_(connection),
      source_(source),
      options_(std::move(options)),
      state_(state),
      rejects_(options_.reject_path),
      pipe_(connection,
            [this](std::uint32_t, const wire::ImportAnswer& answer) { return taken(answer); }),
      next_batch_(state.next_batch) {}

Status ImportRun::run(const OnProgress& on_progress) {
  on_progress_ = on_progress;
  TRY_STATUS(read_columns());
  std::optional<ImportPosition> from;
  if (state_.begun) from = state_.position;
  auto importer = TRY(Importer::create(options_.map, options_.format, source_, from));
  TRY_STATUS(rejects_.go_on_from(state_.reject_bytes));
  const auto sent = send_all(importer);
  // What was taken before a failure counts, so that it is not sent again.
  const auto settled = settle();
  TRY_STATUS(sent);
  TRY_STATUS(settled);
  state_.done = true;
  return save_import_state(options_.state_path, state_);
}

Status ImportRun::send_all(Importer& importer) {
  for (bool end = false; !end;) {
    auto rows = TRY(importer.next_batch(options_.chunk_rows));
    end = rows.end;
    TRY_STATUS(send_chunk(std::move(rows)));
    TRY_STATUS(settle());
  }
  return pipe_.finish();
}

Status ImportRun::send_chunk(ImportBatch&& rows) {
  auto& chunk = chunks_.emplace_back();
  chunk.next = rows.next;
  chunk.rejected = rows.rejects.size();
  for (const auto& reject : rows.rejects) chunk.rejects.emplace_back(reject, reject.reason);
  // How a chunk is cut depends on its rows alone, so a repeated run cuts the same batches with the
  // same numbers.
  wire::Import batch{.job = state_.job, .batch = 0, .customers = {}};
  std::size_t bytes = 0;
  for (auto& row : rows.rows) {
    auto customer = to_wire(row.line, std::move(row.record));
    const auto more = encoded_bytes(customer);
    if (bytes + more > kBatchBytesMax ||
        batch.customers.items.size() == wire::kImportCustomersMax) {
      TRY_STATUS(send_batch(batch));
      bytes = 0;
    }
    bytes += more;
    batch.customers.items.push_back(std::move(customer));
  }
  if (!batch.customers.items.empty()) TRY_STATUS(send_batch(batch));
  chunks_.back().batch_after = next_batch_;
  return {};
}

Status ImportRun::send_batch(wire::Import& batch) {
  batch.batch = next_batch_++;
  chunks_.back().open.push_back({batch.batch, batch.customers.items.front().line,
                                 static_cast<std::uint32_t>(batch.customers.items.size())});
  TRY_STATUS(pipe_.send(batch));
  batch.customers.items.clear();
  return {};
}

Status ImportRun::taken(const wire::ImportAnswer& answer) {
  // Answers come in order, so they belong to the oldest chunk that waits for one.
  const auto chunk =
      std::ranges::find_if(chunks_, [](const Chunk& one) { return !one.open.empty(); });
  if (chunk == chunks_.end())
    return fail(ErrorCode::kMalformed, "the keeper answered a batch that was not sent");
  const auto batch = chunk->open.front();
  chunk->open.pop_front();
  const auto refused = batch.rows - std::min(batch.rows, answer.taken);
  chunk->taken += answer.taken;
  chunk->rejected += refused;
  for (const auto& reject : answer.rejects.items) {
    chunk->rejects.emplace_back(
        RejectRow{.line = reject.line, .column = column_of(reject.field), .reason = ""},
        fmt::format("{}: {}", name_of_field(reject.field), reject.reason.value));
  }
  if (answer.repeated && refused > 0) {
    chunk->rejects.emplace_back(RejectRow{.line = batch.first_line, .column = 0, .reason = ""},
                                fmt::format("{} of {} rows from here on were refused in an earlier "
                                            "run, which ended before it was told which",
                                            refused, batch.rows));
  }
  return {};
}

Status ImportRun::settle() {
  bool moved = false;
  while (!chunks_.empty() && chunks_.front().open.empty()) {
    auto& chunk = chunks_.front();
    TRY_STATUS(rejects_.add(chunk.rejects));
    state_.begun = moved = true;
    state_.next_batch = chunk.batch_after;
    state_.position = chunk.next;
    state_.taken += chunk.taken;
    state_.rejected += chunk.rejected;
    state_.reject_bytes = rejects_.bytes();
    chunks_.pop_front();
  }
  if (!moved) return {};
  TRY_STATUS(save_import_state(options_.state_path, state_));
  if (on_progress_) on_progress_(state_);
  return {};
}

Status ImportRun::read_columns() {
  columns_.assign(kFieldNumbers, 0);
  std::vector<std::string> names;
  if (options_.format == ImportFormat::kCsv) {
    CsvReader reader(source_, {}, options_.map.delimiter);
    reader.skip_byte_order_mark();
    if (reader.next() == CsvStep::kRecord)
      names.assign(reader.fields().begin(), reader.fields().end());
  }
  const auto place = [&](const ImportRule& rule, std::size_t index) -> std::uint32_t {
    if (options_.format == ImportFormat::kNdjson) return static_cast<std::uint32_t>(index + 1);
    const auto found =
        std::ranges::find_if(names, [&](const auto& name) { return same_name(name, rule.column); });
    return found == names.end() ? 0 : static_cast<std::uint32_t>(found - names.begin() + 1);
  };
  for (std::size_t i = 0; i < options_.map.rules.size(); ++i) {
    const auto& rule = options_.map.rules[i];
    const auto at = place(rule, i);
    for (const auto field : {rule.field, rule.family_field.value_or(rule.field)}) {
      auto& column = columns_[static_cast<std::size_t>(field)];
      if (column == 0) column = at;
    }
  }
  return {};
}

std::uint32_t ImportRun::column_of(std::uint8_t field) const {
  return field < columns_.size() ? columns_[field] : 0;
}

}  // namespace bulkhead::cli
