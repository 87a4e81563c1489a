// bulkhead proposals list, approve, refuse, carry-out: acts that widen, which nobody does alone.
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/policy_text.h"
#include "cli/secrets_text.h"
#include "cli/watch_keys.h"

namespace bulkhead::cli {
namespace {

struct ProposalOptions {
  Operator who;
  bool json = false;
  std::uint32_t number = 0;
};

void proposal_options(CLI::App& command, ProposalOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

void numbered_options(CLI::App& command, ProposalOptions& options) {
  proposal_options(command, options);
  command.add_option("NUMBER", options.number, "As bulkhead proposals list has it")->required();
}

// The proposed message, when it is one of that kind.
template <class Message>
std::optional<Message> act_of(const wire::ProposalRow& row) {
  if (row.op != static_cast<std::uint16_t>(Message::kOp)) return std::nullopt;
  auto message = wire::decode<Message>(view_of(row.act.value));
  if (!message) return std::nullopt;
  return std::move(*message);
}

std::string network_text(const wire::ClientAdd& client) {
  if (client.prefix_bits == 0) return "anywhere";
  std::string text;
  for (std::size_t i = 0; i < client.network.size(); i += 2) {
    text +=
        fmt::format("{}{:02x}{:02x}", i == 0 ? "" : ":", client.network[i], client.network[i + 1]);
  }
  return fmt::format("{}/{}", text, client.prefix_bits);
}

std::string describe(const wire::ProposalRow& row) {
  if (const auto add = act_of<wire::StaffAdd>(row)) {
    return fmt::format("add {} as {}{}{}", add->name.value, name_of(add->role),
                       add->team.value.empty() ? "" : " in team ", add->team.value);
  }
  if (const auto change = act_of<wire::StaffChange>(row))
    return fmt::format("{} {}", name_of(change->what), change->name.value);
  if (const auto add = act_of<wire::ClientAdd>(row)) {
    std::string events;
    for (const auto type : add->on_case_opened.items)
      events +=
          fmt::format("{}{}", events.empty() ? "; granted one by case of " : ", ", name_of(type));
    return fmt::format("add {} {} from {}{}", name_of(add->role), add->name.value,
                       network_text(*add), events);
  }
  if (const auto canary = act_of<wire::Canary>(row)) {
    return canary->act == wire::CanaryAct::kRemove
               ? fmt::format("remove canary {}", canary->number)
               : fmt::format("release {}, who touched a canary", canary->name.value);
  }
  if (const auto set = act_of<wire::SetPolicy>(row)) {
    const auto policy = wire::decode<Policy>(view_of(set->policy.value));
    return policy ? "set policy of digest " + digest_of(*policy)
                  : "set something that is no policy";
  }
  if (const auto set = act_of<wire::SetWitness>(row))
    return set->key.value.empty() ? "have no witness" : "set the witness " + set->key.value;
  if (const auto adoption = act_of<wire::ConfirmAdoption>(row))
    return fmt::format("show customers again after entries from {} on were lost",
                       adoption->first_entry);
  if (const auto change = act_of<wire::ChangeKeys>(row))
    return fmt::format("{} all customers' keys", name_of(change->change));
  return fmt::format("operation {}, which this program does not know", row.op);
}

std::string standing(const wire::ProposalRow& row) {
  auto approval = row.approved_by.value.empty() ? std::string("waits for a second admin")
                                                : "approved by " + row.approved_by.value;
  if (row.ready_in_s == 0) return approval;
  return fmt::format("{}, may be done in {}", approval, duration_text(row.ready_in_s));
}

const char* proposal_advice(const AdminConnection& connection, const Error& error) {
  switch (connection.last_reason()) {
    case Reason::kNotThere:
      return "there is no such proposal, or it was refused, carried out or is a day old";
    case Reason::kRole:
      return "a second admin approves; the one who proposed carries out";
    case Reason::kNoGrant:
      return "no second admin has approved it";
    case Reason::kState:
      return connection.retry_after_s() > 0 ? "its hour is not over yet"
                                            : "it was approved already, or cannot be done any more";
    default:
      return error.context;
  }
}

Result<wire::ProposalRow> find(AdminConnection& connection, std::uint32_t number) {
  auto answer = TRY(connection.call<wire::ListProposalsAnswer>(wire::ListProposals{}));
  for (auto& row : answer.rows.items) {
    if (row.number == number) return std::move(row);
  }
  return fail(ErrorCode::kNotFound,
              "there is no such proposal, or it was refused, carried out or is a day old");
}

int list(const ProposalOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto answer = connection->call<wire::ListProposalsAnswer>(wire::ListProposals{});
  if (!answer) return complain(answer.error());
  Table table({"number", "by", "what", "state", "ends in"});
  boost::json::array rows;
  for (const auto& row : answer->rows.items) {
    table.add({std::to_string(row.number), row.by.value, describe(row), standing(row),
               duration_text(row.expires_in_s)});
    rows.push_back({{"number", row.number},
                    {"by", row.by.value},
                    {"what", describe(row)},
                    {"approved_by", row.approved_by.value},
                    {"ready_in_s", row.ready_in_s},
                    {"expires_in_s", row.expires_in_s}});
  }
  if (options.json)
    print_json({{"proposals", std::move(rows)}});
  else
    print(table.text());
  return kDone;
}

// Says what was done to it, or why not.
int tell(const ProposalOptions& options, const AdminConnection& connection,
         const Result<wire::Done>& done, const char* what, std::string_view act) {
  if (!done)
    return complain("proposal {}: {}", options.number, proposal_advice(connection, done.error()));
  if (options.json)
    print_json({{"number", options.number}, {what, true}});
  else
    print(fmt::format("Proposal {} is {}: {}\n", options.number, what, act));
  return kDone;
}

int approve(const ProposalOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto row = find(*connection, options.number);
  if (!row) return complain("proposal {}: {}", options.number, row.error().context);
  const auto done =
      connection->call<wire::Done>(wire::ApproveProposal{options.number, row->digest});
  return tell(options, *connection, done, "approved", describe(*row));
}

int refuse(const ProposalOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto row = find(*connection, options.number);
  if (!row) return complain("proposal {}: {}", options.number, row.error().context);
  const auto done = connection->call<wire::Done>(wire::RefuseProposal{options.number});
  return tell(options, *connection, done, "refused", describe(*row));
}

// What the act answers, as its own command would show it.
template <class Answer, class Show>
int carry_out_as(const ProposalOptions& options, AdminConnection& connection, Show show) {
  const auto answer = connection.call<Answer>(wire::CarryOutProposal{options.number});
  if (answer) return show(*answer);
  return complain("proposal {}: {}", options.number, proposal_advice(connection, answer.error()));
}

int carry_out(const ProposalOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto row = find(*connection, options.number);
  if (!row) return complain("proposal {}: {}", options.number, row.error().context);
  const auto show_staff = [&](const std::string& name) {
    return carry_out_as<wire::StaffSecrets>(options, *connection, [&](const auto& secrets) {
      return show_secrets(name, secrets, options.json);
    });
  };
  if (const auto add = act_of<wire::StaffAdd>(*row)) return show_staff(add->name.value);
  if (const auto change = act_of<wire::StaffChange>(*row)) return show_staff(change->name.value);
  if (const auto add = act_of<wire::ClientAdd>(*row)) {
    return carry_out_as<wire::ClientSecret>(options, *connection, [&](const auto& secret) {
      return show_secret(add->name.value, add->role, secret, options.json);
    });
  }
  if (act_of<wire::SetWitness>(*row) || act_of<wire::ConfirmAdoption>(*row) ||
      act_of<wire::Canary>(*row)) {
    return carry_out_as<wire::Done>(options, *connection, [&](const auto&) {
      return tell(options, *connection, wire::Done{}, "done", describe(*row));
    });
  }
  if (act_of<wire::ChangeKeys>(*row)) {
    return carry_out_as<wire::ChangeKeysAnswer>(options, *connection, [&](const auto& begun) {
      return watch_keys(*connection, begun, options.json);
    });
  }
  if (!act_of<wire::SetPolicy>(*row)) return complain_line(describe(*row));
  return carry_out_as<wire::SetPolicyAnswer>(options, *connection, [&](const auto& policy) {
    if (options.json)
      print_json({{"policy", policy.number}});
    else
      print(fmt::format("Policy {} is in force.\n", policy.number));
    return static_cast<int>(kDone);
  });
}

}  // namespace

void add_proposals(CLI::App& app, Chosen& chosen) {
  auto* const proposals = app.add_subcommand(
      "proposals", "Acts that widen and wait for a second admin: list, approve, refuse, carry-out");
  proposals->require_subcommand(1);
  add_command<ProposalOptions>(*proposals, chosen, "list", "List those not decided or not done",
                               proposal_options, list);
  add_command<ProposalOptions>(*proposals, chosen, "approve", "Approve another admin's, as listed",
                               numbered_options, approve);
  add_command<ProposalOptions>(*proposals, chosen, "refuse",
                               "Refuse another admin's or withdraw one's own", numbered_options,
                               refuse);
  add_command<ProposalOptions>(
      *proposals, chosen, "carry-out",
      "Do one's own, once approved and an hour old; shows the secrets it makes once",
      numbered_options, carry_out);
}

}  // namespace bulkhead::cli
