// bulkhead scope.
#include <algorithm>
#include <charconv>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/scope_text.h"
#include "cli/standing_text.h"
#include "crypto/encoding.h"
#include "ledger/entry.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kPagesMax = 100'000;

struct ScopeOptions {
  Operator who;
  wire::ScopeQuery query;
  std::string principal, client, network, from, to, purpose, compartment, through, format = "table";
  std::vector<std::string> kinds;
  bool json = false;
};

Result<std::uint32_t> instance_from(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0)
    return fail(
        ErrorCode::kMalformed,
        "--exposed-through takes desk, api or an instance's number, as bulkhead status tells");
  return number;
}

Result<wire::ScopeQuery> query_of(const ScopeOptions& options) {
  auto query = options.query;
  const auto& name = options.client.empty() ? options.principal : options.client;
  if (name.size() > wire::kNameBytesMax)
    return fail(ErrorCode::kTooLarge, "a name has at most 64 characters");
  query.principal.value = name;
  if (!options.network.empty()) {
    TRY(parse_network(options.network));
    query.network.value = options.network;
  }
  if (!options.from.empty()) query.from_ms = TRY(parse_time_ms(options.from));
  if (!options.to.empty()) query.to_ms = TRY(parse_time_ms(options.to));
  if (!options.purpose.empty()) query.purpose = word_from<Purpose>(options.purpose);
  for (const auto& kind : options.kinds)
    query.kinds |= 1u << static_cast<unsigned>(*word_from<EntryKind>(kind));
  if (!options.through.empty()) {
    query.exposed_face = word_from<Face>(options.through);
    if (!query.exposed_face) query.exposed_through = TRY(instance_from(options.through));
  }
  if (!options.compartment.empty()) {
    const auto found = std::ranges::find(kCompartmentNames, options.compartment);
    query.compartment = static_cast<std::uint8_t>(found - kCompartmentNames.begin());
  }
  return query;
}

// Prints each page as it comes, since an affected set may be everybody.
class Printer {
 public:
  Printer(const wire::ScopeQuery& query, std::string_view format)
      : query_(query), format_(format) {}

  void page(const wire::ScopeAnswer& answer) {
    if (!begun_) head(answer);
    begun_ = true;
    Table table({"customer", "clear", "masked", "first (UTC)", "last (UTC)", "sessions"});
    std::string text;
    for (const auto& row : answer.rows.items) {
      if (format_ == "json") {
        text += (first_row_ ? "" : ",") + boost::json::serialize(scope_row_json(row));
        first_row_ = false;
      } else if (format_ == "csv") {
        text += scope_row_csv(row);
      } else {
        table.add({to_hex(row.customer.bytes), short_names(row.clear), short_names(row.masked),
                   time_text(row.first_ms), time_text(row.last_ms), std::to_string(row.sessions)});
      }
    }
    if (format_ == "table" && !answer.rows.items.empty()) text = table.text();
    print(text);
  }
  void end() {
    if (format_ == "json") print(kScopeJsonTail);
  }

 private:
  void head(const wire::ScopeAnswer& answer) {
    if (format_ == "json") print(scope_json_head(query_, answer));
    if (format_ == "csv") print(kScopeCsvHead);
    if (format_ != "table") return;
    print(fmt::format("{} customers, {} fields, by the first {} entries of the ledger\n",
                      count_text(answer.customers), count_text(answer.fields),
                      count_text(answer.ledger_size)));
    for (const auto& window : answer.unknown.items)
      print(fmt::format("and whoever stood in lost entries: {}\n", window_text(window)));
  }
  // "contact.email contact.phone" as it is; many fields as a number.
  static std::string short_names(FieldSet fields) {
    if (fields.empty()) return "-";
    return fields.size() > 3 ? fmt::format("{} fields", fields.size())
                             : fmt::format("{}", fmt::join(names_of(fields), " "));
  }

  const wire::ScopeQuery& query_;
  std::string_view format_;
  bool begun_ = false;
  bool first_row_ = true;
};

int run(const ScopeOptions& options) {
  const auto query = query_of(options);
  if (!query) {
    complain(query.error());
    return kUsage;
  }
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  Printer printer(*query, options.json ? "json" : std::string_view(options.format));
  wire::Scope message{.query = *query};
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    const auto answer = connection->call<wire::ScopeAnswer>(message);
    if (!answer) return complain(answer.error());
    printer.page(*answer);
    message.after += answer->rows.items.size();
    message.ledger_size = answer->ledger_size;
    if (!answer->more) {
      printer.end();
      return kDone;
    }
  }
  return complain("the affected set has too many pages");
}

std::vector<std::string> words(auto&& names) { return {names.begin(), names.end()}; }

}  // namespace

void add_scope(CLI::App& app, Chosen& chosen) {
  add_command<ScopeOptions>(
      app, chosen, "scope",
      "Who is affected: every customer of whom something left the keeper, by what you know about "
      "the culprit. "
      "The question itself becomes an entry",
      [](CLI::App& command, ScopeOptions& options) {
        add_operator(command, options.who);
        command.add_option("--session", options.query.session, "Number of a session");
        auto* const principal =
            command.add_option("--principal", options.principal, "A member of staff or a client");
        command.add_option("--client", options.client, "The same for an API client")
            ->excludes(principal);
        command.add_option("--case", options.query.case_number, "Number of a case");
        command.add_option("--network", options.network, "A network such as 10.1.0.0/16");
        command.add_option("--from", options.from, "2026-03-04 or 2026-03-04T12:00:00Z, inclusive");
        command.add_option("--to", options.to, "The same, exclusive");
        command.add_option("--exposed-through", options.through,
                           "What passed through one process, typed in or handed out: desk, api, or "
                           "the number of one instance (bulkhead status tells them)");
        add_word<Purpose>(command, "--purpose", options.purpose, "What it was said to be for");
        command.add_option("--kind", options.kinds, "Kinds of entry; default: all that disclose")
            ->check(CLI::IsMember(words(Words<EntryKind>::names)));
        command.add_option("--compartment", options.compartment, "One of the six")
            ->check(CLI::IsMember(words(kCompartmentNames)));
        command.add_option("--format", options.format, "table, csv or json")
            ->check(CLI::IsMember({"table", "csv", "json"}))
            ->capture_default_str();
        command.add_flag("--json", options.json, "The same as --format json");
      },
      run);
}

}  // namespace bulkhead::cli
