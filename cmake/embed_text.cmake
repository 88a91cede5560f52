# embed_text(<target> <file> <symbol>): makes `extern const std::string_view <symbol>` (namespace runner)
# of a text file, so that the program needs no files of its own at run time.
# The text is cut into raw string literals below the length that compilers must accept.
function(embed_text target file symbol)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(result ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  add_custom_command(
    OUTPUT ${result}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DRESULT=${result} -DSYMBOL=${symbol}
            -P ${PROJECT_SOURCE_DIR}/cmake/write_embedded_text.cmake
    DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/write_embedded_text.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${result})
endfunction()
