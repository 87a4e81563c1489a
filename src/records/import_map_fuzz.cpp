// A hostile import map, and a file read by whatever came of it: the map keeps its limits, and the
// rows keep theirs. Up to the first NUL byte the input is the map, behind it the file. With
// BULKHEAD_FUZZ_CANARY=1 a numbered name that also has a full name to split is a crash.
#include <simdjson.h>

#include <cstdlib>
#include <set>
#include <string_view>

#include "base/check.h"
#include "base/result.h"
#include "records/importer.h"

namespace {

using namespace bulkhead;

bool is_canary_planted() {
  static const bool on = [] {
    const char* const value = std::getenv("BULKHEAD_FUZZ_CANARY");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return on;
}

void hold_rule(const ImportRule& rule) {
  CHECK(rule.column.empty() != rule.pointer.empty());
  CHECK(rule.pointer.empty() || rule.pointer.starts_with('/'));
  CHECK(info_of(rule.field) != nullptr);
  CHECK(!rule.family_field || info_of(*rule.family_field) != nullptr);
  CHECK(rule.parts_max >= 1 && rule.item + rule.parts_max <= kImportItemsMax);
  CHECK(rule.separator != 0 || rule.parts_max == 1);
  if (is_canary_planted() && rule.item > 1 && rule.family_field) std::abort();
}

void hold_map(const ImportMap& map) {
  CHECK(!map.rules.empty() && map.rules.size() <= kImportRulesMax);
  CHECK(map.default_country.empty() || map.default_country.size() == 2);
  CHECK(std::string_view(",;\t|").find(map.delimiter) != std::string_view::npos);
  for (const auto& rule : map.rules) hold_rule(rule);
  for (const auto& constant : map.constants) {
    CHECK(info_of(constant.field) != nullptr);
    CHECK(!constant.value.empty() && constant.item < kImportItemsMax);
  }
}

void hold_rows(const ImportMap& map, ImportFormat format, const ByteSource& source) {
  auto importer = Importer::create(map, format, source);
  if (!importer) return;
  for (bool end = false; !end;) {
    const auto batch = importer->next_batch(kImportBatchRowsMax);
    CHECK(batch.has_value());
    for (const auto& row : batch->rows) {
      CHECK(!row.record.empty() && row.record.size() <= kRecordValuesMax);
      std::set<std::pair<Field, std::uint16_t>> places;
      for (const auto& value : row.record) {
        CHECK(!value.value.empty() && value.value.size() <= kFieldValueBytesMax);
        CHECK(simdjson::validate_utf8(value.value));
        CHECK(places.emplace(value.field, value.item).second);
      }
    }
    end = batch->end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cut = text.find('\0');
  const auto map = ImportMap::parse(text.substr(0, cut));
  if (!map) return 0;
  hold_map(*map);
  const TextByteSource file(cut == std::string_view::npos ? "" : std::string(text.substr(cut + 1)));
  hold_rows(*map, ImportFormat::kCsv, file);
  hold_rows(*map, ImportFormat::kNdjson, file);
  return 0;
}
