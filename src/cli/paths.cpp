#include "cli/paths.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace bulkhead::cli {
namespace {

// Links stay as they are; only what the working directory adds is added.
std::string absolute_path(const std::string& path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  return error ? path : absolute.string();
}

CLI::Option* add_path(CLI::App& app, const char* name, std::string& value,
                      const char* description) {
  return app.add_option(name, value, description)
      ->capture_default_str()
      ->transform([](const std::string& path) { return absolute_path(path); });
}

}  // namespace

Places default_places(bool root, const char* home) {
  if (root) return {.data = "/var/lib/bulkhead", .key = "/etc/bulkhead/root.key"};
  if (home == nullptr || *home == '\0') return {};
  return {.data = std::string(home) + "/.local/share/bulkhead",
          .key = std::string(home) + "/.config/bulkhead/root.key"};
}

Places default_places() {
  auto places = default_places(geteuid() == 0, std::getenv("HOME"));
  if (const char* data = std::getenv("BULKHEAD_DATA")) places.data = data;
  if (const char* key = std::getenv("BULKHEAD_KEY")) places.key = key;
  return places;
}

void add_data_option(CLI::App& app, Places& places) {
  places = default_places();
  add_path(app, "--data", places.data, "The data directory")->required(places.data.empty());
}

void add_places(CLI::App& app, Places& places) {
  add_data_option(app, places);
  add_path(app, "--key", places.key, "The root key's file, outside the data directory")
      ->required(places.key.empty());
}

}  // namespace bulkhead::cli
