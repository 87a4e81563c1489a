// Feeds hostile files to both formats and holds what must always be true: values are whole,
// positions rise, and a run that is cut in two gives what one run gives. With
// BULKHEAD_FUZZ_CANARY=1 a planted bug must be found.
#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <set>

#include "base/check.h"
#include "records/importer.h"

namespace {

using namespace bulkhead;

constexpr std::string_view kMap =
    "default_country = 'FR'\n"
    "[[field]]\ncolumn = 'a'\nto = 'identity.family_name'\n"
    "[[field]]\ncolumn = 'b'\nto = 'contact.phone'\ntransform = ['phone']\n"
    "[[field]]\ncolumn = 'c'\nto = 'identity.birth_date'\ndate = 'D/M/YYYY*'\n"
    "[[field]]\ncolumn = 'd'\nto = 'contact.country'\ntransform = ['country']\n"
    "[[field]]\ncolumn = 'e'\nto = 'communications.note'\nseparator = ' '\nitems = 4\ntransform = "
    "['one-line']\n"
    "[[field]]\ncolumn = 'f'\nto = 'identity.given_name'\nfamily_to = 'payment.billing_name'\n"
    "[[field]]\npointer = '/g/{}/h'\nto = 'travel.locator'\nitems = 2\ntransform = ['upper']\n";

bool canary() {
  static const bool kOn = [] {
    const char* set = std::getenv("BULKHEAD_FUZZ_CANARY");
    return set != nullptr && std::strcmp(set, "1") == 0;
  }();
  return kOn;
}

void hold_row(const ImportRow& row) {
  CHECK(!row.record.empty() && row.record.size() <= kRecordValuesMax);
  std::set<std::pair<Field, std::uint16_t>> places;
  for (const auto& value : row.record) {
    CHECK(!value.value.empty() && value.value.size() <= kFieldValueBytesMax);
    CHECK(value.value.find('\0') == std::string::npos);
    CHECK(simdjson::validate_utf8(value.value));
    CHECK(places.emplace(value.field, value.item).second);
    if (value.field == Field::kPhone)
      CHECK(value.value.starts_with('+') && value.value.size() >= 8 && value.value.size() <= 16);
    if (canary() && value.value.find('"') != std::string::npos) std::abort();
  }
}

std::vector<ImportRow> run(ImportFormat format, const ByteSource& source,
                           std::optional<ImportPosition> from, std::size_t lines,
                           std::optional<ImportPosition>& first_stop) {
  static const ImportMap kRules = ImportMap::parse(kMap).value();
  std::vector<ImportRow> rows;
  auto importer = Importer::create(kRules, format, source, from);
  if (!importer) return rows;
  ImportPosition before = from.value_or(ImportPosition{});
  for (bool end = false; !end;) {
    auto batch = importer->next_batch(lines);
    CHECK(batch.has_value());
    CHECK(batch->next.byte_offset >= before.byte_offset &&
          batch->next.byte_offset <= source.size_bytes());
    if (!first_stop) first_stop = batch->next;
    for (auto& row : batch->rows) {
      hold_row(row);
      rows.push_back(std::move(row));
    }
    end = batch->end;
    before = batch->next;
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto format = (data[0] & 1) != 0 ? ImportFormat::kNdjson : ImportFormat::kCsv;
  std::string text;
  if (format == ImportFormat::kCsv) text = (data[0] & 2) != 0 ? "a,b,c,d,e,f\n" : "a\n";
  text.append(reinterpret_cast<const char*>(data + 1), size - 1);
  const TextByteSource source(std::move(text));
  std::optional<ImportPosition> stop;
  const auto whole = run(format, source, std::nullopt, 1, stop);
  if (!stop) return 0;
  std::optional<ImportPosition> unused;
  auto rest = run(format, source, stop, 100, unused);
  CHECK(rest.size() <= whole.size() && rest.size() + 1 >= whole.size());
  CHECK(std::equal(rest.rbegin(), rest.rend(), whole.rbegin()));
  return 0;
}
