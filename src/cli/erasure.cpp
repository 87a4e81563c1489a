// bulkhead erasure list, hold, release, receipt. Requests themselves are made in a session, by the
// privacy officer: bulkhead api POST /api/v1/cases/CASE/erasure.
#include <fstream>

#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "crypto/encoding.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kErasurePagesMax = 100'000;

struct ErasureOptions {
  Operator who;
  std::uint32_t case_number = 0;
  std::uint64_t request = 0;
  std::string out;
  bool json = false;
};

void erasure_options(CLI::App& command, ErasureOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

Result<std::vector<wire::ErasureRow>> all_erasures(AdminConnection& connection) {
  std::vector<wire::ErasureRow> rows;
  wire::Erasures message;
  for (std::size_t page = 0; page < kErasurePagesMax; ++page) {
    auto answer = TRY(connection.call<wire::ErasuresAnswer>(message));
    for (auto& row : answer.rows.items) rows.push_back(std::move(row));
    if (!answer.more || rows.empty()) return rows;
    message.after = rows.back().request;
  }
  return fail(ErrorCode::kTooLarge, "there are too many erasures to list");
}

int erasure_list(const ErasureOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto rows = all_erasures(*connection);
  if (!rows) return complain(rows.error());
  Table table({"request", "state", "asked for by", "due in", "held", "carried out by entry"});
  boost::json::array list;
  for (const auto& row : *rows) {
    table.add({std::to_string(row.request), row.step.value, row.by.value,
               row.waits_s == 0 ? "-" : duration_text(row.waits_s), row.held ? "yes" : "no",
               row.carried_out == 0 ? "-" : std::to_string(row.carried_out)});
    list.push_back({{"request", row.request},
                    {"state", row.step.value},
                    {"by", row.by.value},
                    {"waits_s", row.waits_s},
                    {"held", row.held},
                    {"carried_out", row.carried_out}});
  }
  if (options.json)
    print_json({{"erasures", std::move(list)}});
  else
    print(table.text());
  return kDone;
}

int set_hold(const ErasureOptions& options, bool hold) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto done = connection->call<wire::Done>(wire::Hold{options.case_number, hold});
  if (!done && connection->last_reason() == Reason::kState) {
    return complain("case {}: its customer is {}", options.case_number,
                    hold ? "held already" : "not held");
  }
  if (!done) return complain("case {}: {}", options.case_number, done.error().context);
  if (options.json)
    print_json({{"case", options.case_number}, {"held", hold}});
  else
    print(fmt::format("The customer of case {} {}.\n", options.case_number,
                      hold ? "is held: nothing about them is erased until you release them"
                           : "is held no longer"));
  return kDone;
}
int erasure_hold(const ErasureOptions& options) { return set_hold(options, true); }
int erasure_release(const ErasureOptions& options) { return set_hold(options, false); }

// The proof that an entry stands in the ledger, and its public part, which says what happened.
Result<boost::json::object> proven_entry(AdminConnection& connection, std::uint64_t index) {
  const auto answer = TRY(connection.call<wire::ProveAnswer>(wire::Prove{.index = index}));
  return boost::json::object{{"entry", index},
                             {"leaf", to_base64(view_of(answer.leaf.value))},
                             {"proof", answer.proof.value}};
}

int erasure_receipt(const ErasureOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto rows = all_erasures(*connection);
  if (!rows) return complain(rows.error());
  const auto row = std::ranges::find(*rows, options.request, &wire::ErasureRow::request);
  if (row == rows->end())
    return complain("there is no request {}; see: bulkhead erasure list", options.request);
  if (row->carried_out == 0)
    return complain("request {} is {} and not carried out yet", options.request, row->step.value);
  const auto status = connection->call<wire::StatusAnswer>(wire::StatusQuery{});
  if (!status) return complain(status.error());
  boost::json::array pseudonyms;
  for (const auto& one : row->pseudonyms.items) pseudonyms.emplace_back(to_hex(one.bytes));
  boost::json::array entries;
  for (const auto index : {row->request, row->carried_out}) {
    auto proven = proven_entry(*connection, index);
    if (!proven) return complain("entry {} is not under a checkpoint yet; try again", index);
    entries.push_back(std::move(*proven));
  }
  boost::json::object receipt;
  receipt["origin"] = status->origin.value;
  receipt["ledger_key"] = ledger_key(*status);
  receipt["pseudonyms"] = std::move(pseudonyms);
  receipt["entries"] = std::move(entries);
  const auto path =
      options.out.empty() ? fmt::format("erasure-{}.json", options.request) : options.out;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << boost::json::serialize(receipt) << "\n";
  file.close();
  if (!file) return complain("{} cannot be written", path);
  if (options.json) {
    print_json({{"request", options.request}, {"file", path}});
  } else {
    print(
        fmt::format("{}: the person's pseudonyms, and proofs that the erasure was asked for "
                    "(entry {}) and carried out (entry {})\n",
                    path, row->request, row->carried_out));
  }
  return kDone;
}

}  // namespace

void add_erasure(CLI::App& app, Chosen& chosen) {
  auto* const erasure =
      app.add_subcommand("erasure", "Requests to erase customers: list, hold, release, receipt");
  erasure->require_subcommand(1);
  add_command<ErasureOptions>(*erasure, chosen, "list", "List them, open and done", erasure_options,
                              erasure_list);
  const auto about_case = [](CLI::App& command, ErasureOptions& options) {
    erasure_options(command, options);
    command.add_option("CASE", options.case_number, "Number of a case of that customer")
        ->required();
  };
  add_command<ErasureOptions>(*erasure, chosen, "hold",
                              "Keep a customer's data whatever is asked, as a court may order",
                              about_case, erasure_hold);
  add_command<ErasureOptions>(*erasure, chosen, "release", "End a hold", about_case,
                              erasure_release);
  add_command<ErasureOptions>(
      *erasure, chosen, "receipt",
      "Write what the person gets: their pseudonyms and the proofs of request and erasure",
      [](CLI::App& command, ErasureOptions& options) {
        erasure_options(command, options);
        command.add_option("REQUEST", options.request, "As the list names it")->required();
        command.add_option("--out", options.out, "Default: erasure-REQUEST.json");
      },
      erasure_receipt);
}

}  // namespace bulkhead::cli
