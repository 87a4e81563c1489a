# The desk's pages: packed into desk.pages beside the programs by npm, from web/. Without npm the desk serves programs alone.

option(BULKHEAD_WEB "Build the desk's pages" OFF)
find_program(NPM npm)

if(BULKHEAD_WEB AND NPM)
  set(web ${CMAKE_SOURCE_DIR}/web)
  file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/*.ts ${web}/src/*.tsx ${web}/src/*.css ${web}/tools/*.mjs)
  list(FILTER web_sources EXCLUDE REGEX "\\.gen\\.ts$")
  add_custom_command(OUTPUT ${web}/node_modules/.package-lock.json
    COMMAND ${NPM} ci --loglevel=error --no-progress
    COMMAND ${CMAKE_COMMAND} -E touch ${web}/node_modules/.package-lock.json
    DEPENDS ${web}/package.json ${web}/package-lock.json ${web}/.npmrc
    WORKING_DIRECTORY ${web} COMMENT "Installing what the pages are built with" VERBATIM)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/desk.pages
    COMMAND ${CMAKE_COMMAND} -E env BULKHEAD_PAGES=${CMAKE_BINARY_DIR}/desk.pages ${NPM} run --silent build
    DEPENDS ${web}/node_modules/.package-lock.json ${web_sources} ${web}/desk.html ${web}/vite.config.ts
            ${web}/tsconfig.json ${CMAKE_SOURCE_DIR}/docs/openapi.yaml
    WORKING_DIRECTORY ${web} COMMENT "Building the desk's pages" VERBATIM)
  add_custom_target(desk_pages ALL DEPENDS ${CMAKE_BINARY_DIR}/desk.pages)
else()
  add_custom_target(desk_pages)
endif()
