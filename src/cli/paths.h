// Where a directory of Bulkhead's lies when nobody says so, and the options that say so. Nothing
// here may open or make anything. Owned by cli; security rules, section 1 names the places.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace bulkhead::cli {

struct Places {
  std::string data;  // the data directory
  std::string key;   // the root key's file, outside it
};

// As root /var/lib/bulkhead and /etc/bulkhead/root.key; else below the home folder. Empty without a
// home folder.
Places default_places(bool root, const char* home);
// The same unless BULKHEAD_DATA and BULKHEAD_KEY name others.
Places default_places();

// Adds --data (and --key) with the default as told in the help; both are absolute after parsing.
void add_data_option(CLI::App& app, Places& places);
void add_places(CLI::App& app, Places& places);

inline std::string keeper_folder(const Places& places) { return places.data + "/keeper"; }
inline std::string ledger_folder(const Places& places) { return keeper_folder(places) + "/ledger"; }
inline std::string sign_ins_file(const Places& places) {
  return places.data + "/demo-sign-ins.json";
}

}  // namespace bulkhead::cli
