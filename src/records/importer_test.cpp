#include "records/importer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace bulkhead {
namespace {

using namespace std::string_literals;

ImportMap small_map(std::string_view more = {}) {
  return ImportMap::parse(
             std::string(
                 "default_country = 'FR'\n"
                 "[[field]]\ncolumn = 'Last'\nto = 'identity.family_name'\nrequired = true\n"
                 "[[field]]\ncolumn = 'Mail'\nto = 'contact.email'\ntransform = ['lower']\n"
                 "[[field]]\ncolumn = 'Phone'\nto = 'contact.phone'\ntransform = ['phone']\n"
                 "[[field]]\ncolumn = 'Land'\nto = 'contact.country'\ntransform = ['country']\n") +
             std::string(more))
      .value();
}

ImportBatch import_all(ImportMap map, ImportFormat format, std::string text) {
  const TextByteSource source(std::move(text));
  auto importer = Importer::create(std::move(map), format, source);
  EXPECT_TRUE(importer) << importer.error().context;
  if (!importer) return {};
  auto batch = importer->next_batch(kImportBatchRowsMax);
  EXPECT_TRUE(batch);
  EXPECT_TRUE(batch->end);
  return *std::move(batch);
}
ImportBatch import_csv(std::string text, std::string_view more = {}) {
  return import_all(small_map(more), ImportFormat::kCsv, std::move(text));
}
ImportBatch import_ndjson(std::string text, std::string_view more = {}) {
  return import_all(small_map(more), ImportFormat::kNdjson, std::move(text));
}

std::string value_of(const Record& record, Field field, std::uint16_t item = 0) {
  for (const auto& value : record) {
    if (value.field == field && value.item == item) return value.value;
  }
  return "";
}

TEST(Importer, MapsColumnsWhateverTheirOrder) {
  const auto batch =
      import_csv("phone,ignored,LAST,Mail,Land\r\n06 39 98 12 34,x, Bloom ,A@Example.com,\r\n");
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(batch.rows[0].line, 2u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kFamilyName), "Bloom");
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kEmail), "a@example.com");
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kPhone), "+33639981234");
  EXPECT_EQ(batch.rows[0].record.size(), 3u);  // an empty cell is no value
}

TEST(Importer, APhoneIsReadByTheCountryOfItsRow) {
  const auto batch = import_csv("Last,Phone,Land\nBloom,07700 900461,United Kingdom\n");
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kPhone), "+447700900461");
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kCountry), "GB");
}

TEST(Importer, RejectsNameLineAndColumnButNeverTheValue) {
  const auto batch = import_csv(
      "Last,Mail,Phone\nSecretname,a@example.com,secret-phone\n,b@example.com,\nx,y\nOk,c@example."
      "com,\n");
  ASSERT_EQ(batch.rejects.size(), 3u);
  EXPECT_EQ(batch.rejects[0].line, 2u);
  EXPECT_EQ(batch.rejects[0].column, 3u);
  EXPECT_STREQ(batch.rejects[0].reason, "a phone with other characters than digits");
  EXPECT_EQ(batch.rejects[1].line, 3u);
  EXPECT_EQ(batch.rejects[1].column, 1u);
  EXPECT_STREQ(batch.rejects[1].reason, "a required value is empty");
  EXPECT_EQ(batch.rejects[2].line, 4u);
  EXPECT_EQ(batch.rejects[2].column, 0u);
  EXPECT_STREQ(batch.rejects[2].reason, "another number of columns than the header");
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(batch.rows[0].line, 5u);
}

TEST(Importer, RejectsEveryHostileRowAndKeepsTheGoodOnes) {
  const auto batch = import_csv(
      "Last,Mail\nA\0B,a@example.com\nC\xff,c@example.com\n\"D\"x,d\nGood,g@example.com\n\nLast\n\"E,e\nF,f\n"s);
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kFamilyName), "Good");
  ASSERT_EQ(batch.rejects.size(), 5u);
  EXPECT_STREQ(batch.rejects[0].reason, "a NUL byte");
  EXPECT_STREQ(batch.rejects[1].reason, "text that is not UTF-8");
  EXPECT_STREQ(batch.rejects[2].reason, "text after a closing quote");
  EXPECT_STREQ(batch.rejects[3].reason, "another number of columns than the header");
  EXPECT_STREQ(batch.rejects[4].reason, "a quote that is never closed");
}

TEST(Importer, RefusesHeadersThatCannotBeRight) {
  const auto code_of = [](std::string text) {
    const TextByteSource source(std::move(text));
    const auto importer = Importer::create(small_map(), ImportFormat::kCsv, source);
    return importer ? std::optional<ErrorCode>() : importer.error().code;
  };
  EXPECT_EQ(code_of("Last,Mail\n"), std::nullopt);
  EXPECT_EQ(code_of(""), ErrorCode::kMalformed);
  EXPECT_EQ(code_of("Mail,Phone\n"), ErrorCode::kMalformed);      // the required column is missing
  EXPECT_EQ(code_of("Last,Mail,mail\n"), ErrorCode::kMalformed);  // one column twice
  EXPECT_EQ(code_of("\"Last,Mail\n"), ErrorCode::kMalformed);
  EXPECT_EQ(code_of(std::string("\xff\xfeL\0a\0s\0t\0", 10)), ErrorCode::kMalformed);  // UTF-16
}

TEST(Importer, TheFirstRuleWithAValueWinsAndConstantsFillGaps) {
  constexpr auto kMore =
      "[[field]]\ncolumn = 'Mobile'\nto = 'contact.phone'\ntransform = ['phone']\n"
      "[[constant]]\nto = 'communications.language'\nvalue = 'fr'\n";
  const auto batch =
      import_csv("Last,Phone,Mobile\nA,0139981111,0639982222\nB,,0639982222\n", kMore);
  ASSERT_EQ(batch.rows.size(), 2u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kPhone), "+33139981111");
  EXPECT_EQ(value_of(batch.rows[1].record, Field::kPhone), "+33639982222");
  EXPECT_EQ(value_of(batch.rows[1].record, Field::kLanguage), "fr");
}

TEST(Importer, ListsBecomeItems) {
  constexpr auto kMore =
      "[[field]]\ncolumn = 'Trips'\nto = 'travel.locator'\nseparator = '|'\nitems = 2\ntransform = "
      "['upper']\n";
  const auto batch = import_csv("Last,Trips\nA,abc234| def567 |\nB,a|b|c\n", kMore);
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kLocator, 1), "DEF567");
  ASSERT_EQ(batch.rejects.size(), 1u);
  EXPECT_STREQ(batch.rejects[0].reason, "a list with more parts than the map has items");
}

TEST(Importer, ValuesAreTranslatedOrRefused) {
  constexpr auto kMore =
      "[[field]]\ncolumn = 'Sex'\nto = 'identity.gender'\nvalues = { Male = 'M', Female = 'F' }\n";
  const auto batch = import_csv("Last,Sex\nA,Female\nB,Other\n", kMore);
  ASSERT_EQ(batch.rows.size(), 1u);
  EXPECT_EQ(value_of(batch.rows[0].record, Field::kGender), "F");
  ASSERT_EQ(batch.rejects.size(), 1u);
}

TEST(Importer, ValueLimit) {
  const auto batch = import_csv("Last,Mail\n" + std::string(kFieldValueBytesMax, 'a') + ",x\n" +
                                std::string(kFieldValueBytesMax + 1, 'b') + ",y\n");
  EXPECT_EQ(batch.rows.size(), 1u);
  ASSERT_EQ(batch.rejects.size(), 1u);
  EXPECT_STREQ(batch.rejects[0].reason, "a value over 8 KiB");
}

TEST(Importer, RecordLimit) {
  std::string more;
  std::string header = "Last";
  std::string row = "A";
  for (const char* field : {"locator", "ticket", "itinerary", "seat", "companions", "ssr",
                            "ssr_sensitive", "locator", "ticket"}) {
    more += fmt::format("[[field]]\ncolumn = '{0}{1}-{{}}'\nto = 'travel.{0}'\nitems = 64\n", field,
                        more.size());
    for (int i = 0; i < 64; ++i) {
      header += fmt::format(",{}{}-{}", field, more.rfind("[[field]]"), i);
      row += ",x";
    }
  }
  // Seven fields of 64 items and the name are within the limit of 512 values.
  const auto batch = import_csv(header + "\n" + row + "\n", more);
  EXPECT_EQ(batch.rows.size(), 1u);
  more += "[[field]]\ncolumn = 'n{}'\nto = 'communications.note'\nitems = 64\n";
  for (int i = 0; i < 64; ++i) {
    header += fmt::format(",n{}", i);
    row += ",x";
  }
  const auto over = import_csv(header + "\n" + row + "\n", more);
  ASSERT_EQ(over.rejects.size(), 1u);
  EXPECT_STREQ(over.rejects[0].reason, "a row of more than 512 values");
}

TEST(Importer, ReadsNdjson) {
  constexpr auto kMore =
      "[[field]]\npointer = '/trips/{}/locator'\nto = 'travel.locator'\nitems = 3\n"
      "[[field]]\ncolumn = 'tags'\nto = 'communications.note'\nseparator = ' '\nitems = 4\n"
      "[[field]]\ncolumn = 'miles'\nto = 'loyalty.balance'\n";
  const auto batch = import_ndjson(
      "\xef\xbb\xbf{\"Last\":\"Bl\\u00f6m\",\"Mail\":null,\"miles\":12000,\"tags\":[\"vip\",7,true]"
      ","
      "\"trips\":[{\"locator\":\"ABC234\"},{\"locator\":\"DEF567\"}]}\r\n\n{\"Last\":\"B\"}",
      kMore);
  ASSERT_TRUE(batch.rejects.empty()) << batch.rejects[0].reason;
  ASSERT_EQ(batch.rows.size(), 2u);
  const auto& record = batch.rows[0].record;
  EXPECT_EQ(value_of(record, Field::kFamilyName), "Blöm");
  EXPECT_EQ(value_of(record, Field::kBalance), "12000");
  EXPECT_EQ(value_of(record, Field::kNote, 1), "7");
  EXPECT_EQ(value_of(record, Field::kNote, 2), "true");
  EXPECT_EQ(value_of(record, Field::kLocator, 1), "DEF567");
  EXPECT_EQ(batch.rows[1].line, 3u);
}

TEST(Importer, RejectsNdjsonThatIsNotOneValidObjectALine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{\"Last\":\"A\"", "a line that is not valid JSON"},
      {"{\"Last\":\"A\"} {\"Last\":\"B\"}", "a line that is not valid JSON"},
      {"{\"Last\":\"A\",\"x\":tru}", "a line that is not valid JSON"},
      {"{\"Last\":\"\xff\"}", "a line that is not valid JSON"},
      {"[\"Last\"]", "a line that is not a JSON object"},
      {"\"Last\"", "a line that is not a JSON object"},
      {"{\"Last\":{\"a\":1}}", "an object where the map has a value"},
      {"{\"Last\":[\"a\"]}", "a list where the map has one value"},
      {"{\"Last\":\"A\",\"Last\":\"B\"}", "a key twice in one object"},
      {"{\"Last\":\"A\\u0000B\"}", "a NUL byte"},
      {"{\"Last\":\"\"}", "a required value is empty"},
      {"{\"x\":" + std::string(64, '[') + std::string(64, ']') + "}",
       "a line that is not valid JSON"},
      {std::string("{\"Last\":\"A\0\"}", 13), "a line that is not valid JSON"},
  };
  for (const auto& [line, reason] : cases) {
    const auto batch = import_ndjson(line + "\n{\"Last\":\"Good\"}\n");
    ASSERT_EQ(batch.rejects.size(), 1u) << line;
    EXPECT_EQ(batch.rejects[0].reason, reason) << line;
    EXPECT_EQ(batch.rows.size(), 1u) << line;
  }
}

TEST(Importer, NdjsonLineLimit) {
  const auto line = [](std::size_t bytes) {
    const std::string head = "{\"Last\":\"A\",\"x\":\"";
    return head + std::string(bytes - head.size() - 2, 'x') + "\"}";
  };
  EXPECT_EQ(import_ndjson(line(kImportRecordBytesMax) + "\n").rows.size(), 1u);
  const auto over = import_ndjson(line(kImportRecordBytesMax + 1) + "\n{\"Last\":\"Good\"}\n");
  ASSERT_EQ(over.rejects.size(), 1u);
  EXPECT_STREQ(over.rejects[0].reason, "a line over 1 MiB");
  EXPECT_EQ(over.rows.size(), 1u);
}

std::string long_file(ImportFormat format) {
  std::string text = format == ImportFormat::kCsv ? "Last,Mail\n" : "";
  for (int i = 0; i < 20'000; ++i) {
    if (format == ImportFormat::kNdjson) {
      text += fmt::format("{{\"Last\":\"Name {}\",\"Mail\":\"m{}@example.com\"}}\n", i, i);
    } else if (i % 7 == 0) {
      text += fmt::format("\"Name\n{}\",m{}@example.com\r\n", i, i);
    } else {
      text += i % 11 == 0 ? "only one\n" : fmt::format("Name {},m{}@example.com\n", i, i);
    }
  }
  return text;
}

void expect_resumed_equals_whole(ImportFormat format) {
  const TextByteSource source(long_file(format));
  const auto run = [&](std::optional<ImportPosition> from, std::size_t batches, std::size_t lines) {
    auto importer = Importer::create(small_map(), format, source, from).value();
    ImportBatch all;
    for (std::size_t i = 0; i < batches && !all.end; ++i) {
      auto batch = importer.next_batch(lines).value();
      EXPECT_LE(batch.rows.size() + batch.rejects.size(), lines);
      std::ranges::move(batch.rows, std::back_inserter(all.rows));
      std::ranges::move(batch.rejects, std::back_inserter(all.rejects));
      all.next = batch.next;
      all.end = batch.end;
    }
    return all;
  };
  const auto whole = run(std::nullopt, 1000, 10'000);
  ASSERT_TRUE(whole.end);
  ASSERT_EQ(whole.rows.size() + whole.rejects.size(), 20'000u);
  EXPECT_EQ(whole.next.byte_offset, source.size_bytes());
  auto first = run(std::nullopt, 3, 2'345);
  ASSERT_FALSE(first.end);
  const auto second = run(first.next, 1000, 777);
  first.rows.insert(first.rows.end(), second.rows.begin(), second.rows.end());
  EXPECT_EQ(first.rows, whole.rows);
  EXPECT_EQ(first.rejects.size() + second.rejects.size(), whole.rejects.size());
  EXPECT_EQ(second.next, whole.next);
}

TEST(Importer, ResumingGivesTheSameRowsAsOneRunCsv) {
  expect_resumed_equals_whole(ImportFormat::kCsv);
}
TEST(Importer, ResumingGivesTheSameRowsAsOneRunNdjson) {
  expect_resumed_equals_whole(ImportFormat::kNdjson);
}

TEST(Importer, RefusesResumePositionsThatCannotBe) {
  const TextByteSource source("Last,Mail\nA,a@example.com\n");
  const auto at = [&](std::uint64_t offset) {
    return Importer::create(small_map(), ImportFormat::kCsv, source,
                            ImportPosition{.byte_offset = offset, .line = 2});
  };
  EXPECT_EQ(at(3).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(at(1000).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(at(source.size_bytes())->next_batch(10)->end);
}

TEST(Importer, BatchesAreBounded) {
  const TextByteSource source(long_file(ImportFormat::kCsv));
  auto importer = Importer::create(small_map(), ImportFormat::kCsv, source).value();
  const auto batch = importer.next_batch(1u << 30).value();
  EXPECT_EQ(batch.rows.size() + batch.rejects.size(), kImportBatchRowsMax);
  EXPECT_FALSE(batch.end);
}

TEST(Importer, ReadsFilesFromDisk) {
  std::string path = ::testing::TempDir() + "bulkhead-import-XXXXXX";
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);
  const std::string text = "Last,Mail\nBloom,a@example.com\n";
  ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  const FileByteSource source(file);
  EXPECT_EQ(source.size_bytes(), text.size());
  EXPECT_EQ(Importer::create(small_map(), ImportFormat::kCsv, source)->next_batch(10)->rows.size(),
            1u);
  ::close(file);
  ::unlink(path.c_str());
}

TEST(Importer, SalesforceExport) {
  const auto batch = import_all(
      ImportMap::built_in("salesforce-contact").value(), ImportFormat::kCsv,
      "\"ID\",\"FIRSTNAME\",\"LASTNAME\",\"EMAIL\",\"PHONE\",\"MOBILEPHONE\",\"MAILINGSTREET\","
      "\"MAILINGCITY\","
      "\"MAILINGPOSTALCODE\",\"MAILINGCOUNTRY\",\"BIRTHDATE\"\n"
      "\"003000000000001AAA\",\"Zoë\",\"de Vries\",\"zoe@example.com\",\"\",\"06 39 98 00 01\","
      "\"Dorpsstraat 1\nbus 2\",\"Lille\",\"59000\",\"France\",\"1980-05-12\"\n");
  ASSERT_EQ(batch.rows.size(), 1u) << (batch.rejects.empty() ? "" : batch.rejects[0].reason);
  const auto& record = batch.rows[0].record;
  EXPECT_EQ(value_of(record, Field::kGivenName), "Zoë");
  EXPECT_EQ(value_of(record, Field::kPhone), "+33639980001");
  EXPECT_EQ(value_of(record, Field::kStreet), "Dorpsstraat 1, bus 2");
  EXPECT_EQ(value_of(record, Field::kCountry), "FR");
  EXPECT_EQ(value_of(record, Field::kBirthDate), "1980-05-12");
}

TEST(Importer, ZendeskExportInBothFormats) {
  const auto csv = import_all(
      ImportMap::built_in("zendesk-users").value(), ImportFormat::kCsv,
      "id,name,email,phone,locale,time_zone,tags\n"
      "1,Anna van der Berg,anna@example.com,+33 6 39 98 00 01,nl-BE,Brussels,vip gold\n");
  const auto json =
      import_all(ImportMap::built_in("zendesk-users").value(), ImportFormat::kNdjson,
                 "{\"id\":1,\"name\":\"Anna van der Berg\",\"email\":\"anna@example.com\","
                 "\"phone\":\"+33639980001\",\"locale\":\"nl-BE\",\"tags\":\"vip gold\"}\n");
  ASSERT_EQ(csv.rows.size(), 1u);
  ASSERT_EQ(json.rows.size(), 1u);
  EXPECT_EQ(csv.rows[0].record, json.rows[0].record);
  EXPECT_EQ(value_of(csv.rows[0].record, Field::kFamilyName), "van der Berg");
  EXPECT_EQ(value_of(csv.rows[0].record, Field::kLanguage), "nl");
}

}  // namespace
}  // namespace bulkhead
