#include <fmt/format.h>

#include <array>

#include "records/demo_airline.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kAgentsPerTeam = 6;
constexpr std::array<std::string_view, 4> kTeams{"North", "South", "Loyalty", "Assistance"};
constexpr std::array<std::string_view, 4> kLeadLogins{"lead-north", "lead-south", "lead-loyalty",
                                                      "lead-assistance"};
constexpr std::array<std::string_view, 24> kAgentNames{
    "Anna Bloom",  "Bruno Carver",  "Chloé Dumas",    "Daan Eikelboom", "Elif Fidan",
    "Farid Ghali", "Greta Holm",    "Hugo Imbert",    "Ines Jorge",     "Jonas Kaur",
    "Kira Lund",   "Léon Marchand", "Mila Noordam",   "Nils Okafor",    "Olga Pavlik",
    "Pia Quist",   "Quentin Roche", "Rosa Santini",   "Sven Tamm",      "Tess Uittenbos",
    "Umar Vidal",  "Vera Wouters",  "Willem Xanthos", "Yara Zeeman"};
constexpr std::array<std::string_view, 4> kLeadNames{"Noor Achterberg", "Simon Beaufort",
                                                     "Laura Cattaneo", "Adam Delacroix"};

void add(DemoStaff& staff, std::string login, std::string_view name, Role role,
         std::optional<std::uint32_t> team = {}) {
  staff.members.push_back(
      {.login = std::move(login), .display_name = std::string(name), .role = role, .team = team});
}

}  // namespace

DemoStaff DemoAirline::staff() {
  DemoStaff staff;
  staff.teams.assign(kTeams.begin(), kTeams.end());
  for (std::uint32_t i = 0; i < kAgentNames.size(); ++i) {
    add(staff, fmt::format("agent-{:02}", i + 1), kAgentNames[i], Role::kAgent, i / kAgentsPerTeam);
  }
  for (std::uint32_t i = 0; i < kTeams.size(); ++i)
    add(staff, std::string(kLeadLogins[i]), kLeadNames[i], Role::kLead, i);
  add(staff, "analyst-01", "Ada Winter", Role::kAnalyst);
  add(staff, "analyst-02", "Marc Sommer", Role::kAnalyst);
  add(staff, "privacy-01", "Judith Lambert", Role::kPrivacyOfficer);
  add(staff, "admin-01", "Robin Vale", Role::kAdmin);
  add(staff, "admin-02", "Sascha Brook", Role::kAdmin);
  staff.clients = {
      {.name = "booking-sync",
       .description = "The booking system follows changes of trips.",
       .role = Role::kClient,
       .on_case_opened = {RequestType::kRebooking, RequestType::kRefund,
                          RequestType::kNameCorrection}},
      {.name = "loyalty-sync",
       .description = "The loyalty system credits miles.",
       .role = Role::kClient,
       .on_case_opened = {RequestType::kMissingMiles}},
      {.name = "phone-bridge",
       .description = "The phone system shows who calls.",
       .role = Role::kClient,
       .on_case_opened = {RequestType::kQuestion, RequestType::kComplaint}},
      {.name = "export-tool",
       .description = "A connected reporting app of a supplier.",
       .role = Role::kClient,
       .on_case_opened = {RequestType::kBaggage, RequestType::kEu261}},
      {.name = "auditor",
       .description = "Reads the ledger's tiles and checkpoint.",
       .role = Role::kAuditor,
       .on_case_opened = {}},
  };
  return staff;
}

}  // namespace bulkhead
