# What browsers load (web/), made by node and built into the program. `npm ci` in web/ comes before: the Makefile does it.
#   mekenjai_assets() makes the library mekenjai_assets with `embedded::assets()` and `embedded::templates()`.
function(mekenjai_assets)
  find_program(NODE node REQUIRED)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(out ${CMAKE_BINARY_DIR}/assets)
  set(files)
  # As in web/build.mjs: four sheets are one, every other sheet and every script is a file of its own.
  file(GLOB sheets CONFIGURE_DEPENDS RELATIVE ${web}/styles ${web}/styles/*.css)
  list(REMOVE_ITEM sheets tokens.css fonts.css pages.css)
  file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${web}/scripts ${web}/scripts/*.ts)
  list(FILTER scripts EXCLUDE REGEX "\\.d\\.ts$")
  list(TRANSFORM scripts REPLACE "\\.ts$" ".js")
  foreach(name ${sheets} ${scripts} icons.svg favicon.svg)
    list(APPEND files ${out}/${name} ${out}/${name}.gz ${out}/${name}.br)
  endforeach()
  foreach(name cyrillic cyrillic-ext latin latin-kk latin-ext)
    list(APPEND files ${out}/golos-${name}.woff2)
  endforeach()
  file(GLOB pictures CONFIGURE_DEPENDS RELATIVE ${web}/icons/app ${web}/icons/app/*.png)
  list(TRANSFORM pictures PREPEND ${out}/)
  list(APPEND files ${pictures})
  file(GLOB sources CONFIGURE_DEPENDS ${web}/styles/*.css ${web}/scripts/*.ts ${web}/scripts/parts/*.ts ${web}/icons/*.svg
    ${web}/icons/app/*.png)
  add_custom_command(OUTPUT ${files}
    COMMAND ${NODE} build.mjs ${out}
    DEPENDS ${sources} ${web}/build.mjs ${web}/fonts.py ${web}/package-lock.json
    WORKING_DIRECTORY ${web} COMMENT "Styles, fonts, icons and scripts" VERBATIM)
  file(GLOB_RECURSE templates CONFIGURE_DEPENDS ${web}/templates/*.html)

  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/assets_empty.cpp "// A library wants a source of its own.\n")
  add_library(mekenjai_assets STATIC ${CMAKE_CURRENT_BINARY_DIR}/assets_empty.cpp)
  target_link_libraries(mekenjai_assets PUBLIC mekenjai_options)
  mekenjai_embed(mekenjai_assets NAME assets BASE ${out} FILES ${files})
  mekenjai_embed(mekenjai_assets NAME templates BASE ${web}/templates FILES ${templates})
endfunction()
