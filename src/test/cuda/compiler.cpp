// Compiles CUDA C for the CPU: the very same source, behind prelude.h, by g++. What is compiled once is found by other JVMs.
#include "standin.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <unistd.h>

namespace standin {
namespace {
std::map<std::string, std::string> sources;

bool hasBarriers(const std::string& text) {
  return text.find("__sync") != std::string::npos || text.find("__shfl") != std::string::npos;
}

// Kernels by name; whether their threads wait for one another: then each is a fiber. A helper function with barriers before the
// first kernel makes all of them so.
std::map<std::string, bool> kernels(const std::string& source) {
  static const std::regex head(
      R"(__global__\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\()");
  std::map<std::string, bool> found;
  bool all = hasBarriers(source.substr(0, source.find("__global__")));
  for (std::sregex_iterator i(source.begin(), source.end(), head), end; i != end; ++i) {
    size_t next = source.find("__global__", i->position() + 1);
    found[(*i)[1]] = all || hasBarriers(source.substr(i->position(), next - i->position()));
  }
  return found;
}

std::set<std::string> entries(const std::string& ptx) {
  static const std::regex head(R"(\.entry\s+(\w+))");
  std::set<std::string> found;
  for (std::sregex_iterator i(ptx.begin(), ptx.end(), head), end; i != end; ++i) found.insert((*i)[1]);
  return found;
}

// The folder of this library, which FakeCudaBuild named after all sources of the stand-in.
std::string folder() {
  Dl_info info;
  dladdr((void*)&addSource, &info);
  std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/'));
}

std::string compile(const std::string& name, const std::string& source, const std::map<std::string, bool>& kernels) {
  std::string base = folder() + "/kernels-" + std::to_string(std::hash<std::string>()(source));
  std::string library = base + ".so";
  if (access(library.c_str(), R_OK) == 0) return library;
  static const std::regex dynamicShared(R"(extern\s+__shared__\s+(?:__align__\(\d+\)\s*)?(\w+)\s+(\w+)\s*\[\s*\]\s*;)");
  std::string own = base + "-" + std::to_string(getpid());
  std::ofstream out(own + ".cpp");
  out << "#include \"" STANDIN_SOURCES "/prelude.h\"\n#line 1 \"" << name << "\"\n"
      << std::regex_replace(source, dynamicShared, "$1* $2 = ($1*)standin::sharedMemory;")
      << "\n#line 1 \"launchers\"\n";
  for (auto& kernel : kernels) out << "STANDIN_KERNEL(" << kernel.first << ", " << kernel.second << ")\n";
  out.close();
  std::string command = "g++ -std=c++17 -O1 -w -fPIC -shared -ffp-contract=off -U_FORTIFY_SOURCE -o " + own + ".so " + own + ".cpp 2>&1";
  FILE* compiler = popen(command.c_str(), "r");
  std::string log;
  char buffer[4096];
  for (size_t n; compiler && (n = fread(buffer, 1, sizeof buffer, compiler)) > 0;) log.append(buffer, n);
  bool failed = !compiler || pclose(compiler) != 0 || rename((own + ".so").c_str(), library.c_str()) != 0;
  unlink((own + ".cpp").c_str());
  if (failed) {
    fprintf(stderr, "fakecuda: %s doesn't compile: %s\n", name.c_str(), log.c_str());
    return "";
  }
  return library;
}
}  // namespace

void addSource(const std::string& name, const std::string& text) { sources[name] = text; }

std::string compileFor(const std::string& ptx) {
  std::set<std::string> wanted = entries(ptx);
  for (auto& source : sources) {
    auto defined = kernels(source.second);
    bool all = !wanted.empty();
    for (auto& name : wanted) all = all && defined.count(name);
    if (all) return compile(source.first, source.second, defined);
  }
  fprintf(stderr, "fakecuda: no source defines all %zu kernels of this PTX (FakeCuda.source)\n", wanted.size());
  return "";
}
}  // namespace standin
