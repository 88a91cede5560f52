# Third-party libraries, each used by one folder only (tests/unit/layering_test.cpp holds that).
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)                                        # runner/core
find_package(OpenSSL REQUIRED COMPONENTS Crypto)                  # runner/crypto
find_package(CURL 7.85 REQUIRED)                                  # runner/http
find_package(yaml-cpp REQUIRED)                                   # runner/yaml
find_package(pugixml REQUIRED)                                    # runner/report
find_package(nlohmann_json REQUIRED)                              # runner/report
set(Boost_USE_STATIC_LIBS OFF)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)      # runner/cli; Process (headers): runner/process
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)          # runner/postgres
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)              # runner/postgres

find_path(PG_QUERY_INCLUDE pg_query.h REQUIRED)                   # runner/sql
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
add_library(pg_query::pg_query UNKNOWN IMPORTED)
set_target_properties(pg_query::pg_query PROPERTIES IMPORTED_LOCATION ${PG_QUERY_LIBRARY}
                                                    INTERFACE_INCLUDE_DIRECTORIES ${PG_QUERY_INCLUDE})
find_library(PROTOBUF_C_LIBRARY protobuf-c REQUIRED)
set_property(TARGET pg_query::pg_query APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${PROTOBUF_C_LIBRARY})

find_path(CRYPT_INCLUDE crypt.h REQUIRED)                         # runner/crypto
find_library(CRYPT_LIBRARY crypt REQUIRED)
add_library(crypt::crypt UNKNOWN IMPORTED)
set_target_properties(crypt::crypt PROPERTIES IMPORTED_LOCATION ${CRYPT_LIBRARY}
                                              INTERFACE_INCLUDE_DIRECTORIES ${CRYPT_INCLUDE})

find_path(CSV_INCLUDE csv.h REQUIRED)                             # runner/seed
find_library(CSV_LIBRARY csv REQUIRED)
add_library(csv::csv UNKNOWN IMPORTED)
set_target_properties(csv::csv PROPERTIES IMPORTED_LOCATION ${CSV_LIBRARY}
                                          INTERFACE_INCLUDE_DIRECTORIES ${CSV_INCLUDE})

# Half of a start was the loader's work of binding the names of C++ libraries. Where a library's archive is installed
# beside it, as Debian's -dev packages do, the archive is linked. Not libcsv: its licence (LGPL) wants it exchangeable.
function(link_archive target name)
  if(NOT TARGET ${target})
    return()
  endif()
  find_library(ARCHIVE_OF_${name} lib${name}.a)
  mark_as_advanced(ARCHIVE_OF_${name})
  if(NOT ARCHIVE_OF_${name})
    return()
  endif()
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  foreach(configuration IN LISTS configurations)
    if(configuration)
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_${configuration} ${ARCHIVE_OF_${name}})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${ARCHIVE_OF_${name}})
endfunction()
link_archive(Boost::program_options boost_program_options)
link_archive(pugixml::shared pugixml)
link_archive(yaml-cpp yaml-cpp)
link_archive(pg_query::pg_query pg_query)
find_library(ARCHIVE_OF_pqxx libpqxx.a)
mark_as_advanced(ARCHIVE_OF_pqxx)
if(ARCHIVE_OF_pqxx) # pkg-config's target holds no place of its own
  set_target_properties(PkgConfig::PQXX PROPERTIES INTERFACE_LINK_LIBRARIES "${ARCHIVE_OF_pqxx};PkgConfig::PQ")
endif()
