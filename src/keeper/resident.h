// How much memory this process holds, for `bulkhead status` and the benches. The file is opened
// before the process shuts itself in, since it could not be afterwards. Owned by keeper.
#pragma once

#include <cstdint>

namespace bulkhead {

void open_resident_figure();
std::uint32_t resident_mib();  // 0 when it cannot be read

}  // namespace bulkhead
