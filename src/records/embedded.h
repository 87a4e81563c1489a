// The texts that cmake/Embed.cmake puts into this room: facts about airports and legs, lists for
// the demo, ready maps. They are ours or public, never a customer's, and are parsed at most once.
// Owned by records.
#pragma once

#include <string_view>

namespace bulkhead::embedded {

extern const std::string_view data_airline_airlines_csv;
extern const std::string_view data_airline_airports_csv;
extern const std::string_view data_airline_countries_csv;
extern const std::string_view data_airline_legs_csv;
extern const std::string_view data_airline_messages_csv;
extern const std::string_view data_airline_people_csv;
extern const std::string_view maps_bulkhead_toml;
extern const std::string_view maps_salesforce_contact_toml;
extern const std::string_view maps_zendesk_users_toml;

}  // namespace bulkhead::embedded
