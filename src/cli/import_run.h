// One import from where it stands to its end: reads chunks, sends batches, writes rejects,
// remembers how far it came. A value of the file must never reach the reject file, the state or an
// error. Owned by cli.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "cli/import_pipe.h"
#include "cli/import_state.h"

namespace bulkhead::cli {

// The reject file: "line,column,reason", in order of lines, made when the first row is rejected.
class RejectFile {
 public:
  explicit RejectFile(std::string path) : path_(std::move(path)) {}
  // Cuts off what was written after the state that is gone on from. kIo.
  Status go_on_from(std::uint64_t bytes);
  // Durable when this returns. kIo.
  Status add(std::vector<std::pair<RejectRow, std::string>>& rows);
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  std::uint64_t bytes_ = 0;
};

struct ImportRunOptions {
  ImportMap map;
  ImportFormat format{};
  std::string state_path;
  std::string reject_path;
  std::size_t chunk_rows = wire::kImportCustomersMax;  // tests take fewer
};

class ImportRun {
 public:
  using OnProgress = std::function<void(const ImportState&)>;
  // Goes on from `state`, whose job must be that of the source.
  ImportRun(AdminConnection& connection, const ByteSource& source, ImportRunOptions options,
            ImportState state);

  // Everything that was taken before an error stays taken and recorded in the state file.
  Status run(const OnProgress& on_progress);
  const ImportState& state() const { return state_; }

 private:
  struct Batch {
    std::uint32_t number;
    std::uint64_t first_line;
    std::uint32_t rows;
  };
  // What was read in one go; it is recorded once all its batches are taken.
  struct Chunk {
    std::deque<Batch> open;
    std::vector<std::pair<RejectRow, std::string>> rejects;
    std::uint64_t taken = 0;
    std::uint64_t rejected = 0;
    std::uint32_t batch_after = 0;
    ImportPosition next;
  };

  Status send_all(Importer& importer);
  Status send_chunk(ImportBatch&& rows);
  Status send_batch(wire::Import& batch);
  Status taken(const wire::ImportAnswer& answer);
  Status settle();
  Status read_columns();
  std::uint32_t column_of(std::uint8_t field) const;

  AdminConnection& connection_;
  const ByteSource& source_;
  ImportRunOptions options_;
  ImportState state_;
  RejectFile rejects_;
  ImportPipe pipe_;
  std::deque<Chunk> chunks_;
  std::uint32_t next_batch_;
  std::vector<std::uint32_t> columns_;  // by field: where its value comes from, as RejectRow counts
  OnProgress on_progress_;
};

}  // namespace bulkhead::cli
