-- Mixed traffic for wrk: 80 % one series, 15 % slices, 4 % structures, 1 % dumps, at random.
--   wrk -t32 -c32 -s mix.lua ADDRESS -- CODES SEED
-- CODES: a Lua file that gives a table of dimension -> codes, and the areas of the flow that is dumped. With as many connections as
-- threads an answer belongs to the question before it, and its time is told by class; with more, statuses alone are told.
local ffi = require("ffi")
ffi.cdef("typedef struct { long sec; long nsec; } moment; int clock_gettime(int, moment *);")
local at = ffi.new("moment")
local function now()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.sec) * 1e6 + tonumber(at.nsec) / 1e3
end

local threads = {}
function setup(thread)
  thread:set("number", #threads + 1)  -- each has its own dice
  table.insert(threads, thread)
end

-- What a thread is asked for at the end is numbers alone: wrk cannot copy tables of tables.
told = { series = 0, slices = 0, structures = 0, dumps = 0 }
good, shed, other, unsaid = 0, 0, 0, 0
local codes, kind, began

function init(args)
  codes = dofile(args[1])
  math.randomseed(tonumber(args[2]) * 1000 + number)
  for _ = 1, 10 do math.random() end
end

local function pick(of) return of[math.random(#of)] end

local FLOW = "/sdmx/v2/data/dataflow/SSER/BENCH_1M/1.0.0/"
local FORMATS = { "sdmx-csv", "jsondata", "structurespecificdata" }
local SLICES = { "sdmx-csv", "jsondata" }
local STRUCTURES = {
  "/sdmx/v2/structure/dataflow/SSER/BENCH_1M/1.0.0?references=descendants",
  "/sdmx/v2/structure/dataflow/*/*/*",
  "/sdmx/v2/structure/codelist/SSER/BENCH_GEO/1.0.0",
  "/sdmx/v2/structure/datastructure/SSER/BENCH/1.0.0?references=children",
  "/sdmx/v1/datastructure/SSER/BENCH/1.0.0",
  "/sdmx/v2/availability/dataflow/SSER/BENCH_1M/1.0.0/A.*.NR.T.*.FR101",
}

local function address()
  local dice = math.random()
  if dice < 0.80 then
    kind = "series"
    local key = { pick(codes.freq), pick(codes.iccs), pick(codes.unit), pick(codes.sex), pick(codes.age), pick(codes.geo) }
    return FLOW .. table.concat(key, ".") .. "?format=" .. pick(FORMATS)
  elseif dice < 0.95 then
    kind = "slices"
    if math.random() < 0.5 then
      return FLOW .. "A.*.NR." .. pick(codes.sex) .. ".*." .. pick(codes.geo) .. "?format=" .. pick(SLICES)
    end
    return FLOW .. "A." .. pick(codes.iccs) .. ".NR." .. pick(codes.sex) .. "." .. pick(codes.age) .. ".*?format=" .. pick(SLICES)
  elseif dice < 0.99 then
    kind = "structures"
    return pick(STRUCTURES)
  end
  kind = "dumps"
  return "/sdmx/v2/data/dataflow/SSER/BENCH_100K/1.0.0?format=" .. pick(FORMATS) .. "&c[TIME_PERIOD]=ge:" .. math.random(1990, 2010)
end

function request()
  local path = address()
  began = now()
  return wrk.format("GET", path)
end

function response(status, headers)
  local took = now() - began
  if status == 200 then
    good = good + 1
    told[kind] = told[kind] + 1
    _G["count_" .. kind] = told[kind]
    _G[kind .. "_" .. told[kind]] = took
    return
  end
  if status == 503 or status == 429 then shed = shed + 1 else other = other + 1 end
  if not headers["retry-after"] and not headers["Retry-After"] then unsaid = unsaid + 1 end
end

-- kind NAME COUNT P50 P99 (microseconds); then single numbers
function done(summary)
  local sums = { good = 0, shed = 0, other = 0, unsaid = 0 }
  for name, _ in pairs(sums) do
    for _, thread in ipairs(threads) do sums[name] = sums[name] + thread:get(name) end
    print(string.format("told %s %d", name, sums[name]))
  end
  for _, kind in ipairs({ "series", "slices", "structures", "dumps" }) do
    local found = {}
    for _, thread in ipairs(threads) do
      for at = 1, thread:get("count_" .. kind) or 0 do table.insert(found, thread:get(kind .. "_" .. at)) end
    end
    table.sort(found)
    local n = #found
    local p50, p99 = found[math.max(1, math.ceil(n * 0.50))] or 0, found[math.max(1, math.ceil(n * 0.99))] or 0
    print(string.format("told kind %s %d %.0f %.0f", kind, n, p50, p99))
  end
  local e = summary.errors
  print(string.format("told seconds %.3f", summary.duration / 1e6))
  print(string.format("told sockets %d", e.connect + e.read + e.write + e.timeout))
end
