-- What a script sees of the world, as Valkey shows it; the host gives `call`, `setresp`, `sha1hex` and cjson's two.
local host = ...
local select, type, tostring, error, setmetatable = select, type, tostring, error, setmetatable
local rawset, loadstring, setfenv, xpcall, getinfo = rawset, loadstring, setfenv, xpcall, debug.getinfo
local pcall, sethook = pcall, debug.sethook
local SCRIPT = '@user_script'

local world = {}
for _, name in ipairs({
    'assert', 'collectgarbage', 'coroutine', 'error', 'gcinfo', 'getmetatable', 'ipairs', 'math', 'next', 'pairs',
    'pcall', 'rawequal', 'rawget', 'rawset', 'select', 'setmetatable', 'string', 'table', 'tonumber', 'tostring',
    'type', 'unpack', 'xpcall', '_VERSION',
}) do
    world[name] = _G[name]
end
world._G = world
world.os = { clock = os.clock }
world.KEYS, world.ARGV = {}, {}

local function refused(reply)
    return type(reply) == 'table' and rawget(reply, 'err') ~= nil
end

local function counted(fn)
    return function(...) return fn(select('#', ...), ...) end
end

local ask = counted(host.call)
local server = {
    pcall = function(...) return ask(...) end,
    call = function(...)
        local reply = ask(...)
        if refused(reply) then error(reply) end
        return reply
    end,
    setresp = function(...)
        local failed = host.setresp(select('#', ...), ...)
        if failed then error({ err = failed }) end
    end,
    error_reply = function(text)
        if type(text) ~= 'string' then return { err = 'ERR wrong number or type of arguments' } end
        if text:sub(1, 1) == '-' then text = text:sub(2) end
        if not text:find(' ', 1, true) then text = 'ERR ' .. text end
        return { err = text }
    end,
    status_reply = function(text)
        if type(text) ~= 'string' then return { err = 'ERR wrong number or type of arguments' } end
        return { ok = text }
    end,
    sha1hex = function(...)
        if select('#', ...) ~= 1 then error({ err = 'ERR wrong number of arguments' }) end
        return host.sha1hex(tostring(...))
    end,
    log = function() end,
    set_repl = function() end,
    replicate_commands = function() return true end,
    breakpoint = function() return false end,
    debug = function() end,
    acl_check_cmd = function() return true end,
    LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
    REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
    REDIS_VERSION = host.redis_version, REDIS_VERSION_NUM = host.redis_version_num,
    VALKEY_VERSION = host.valkey_version, VALKEY_VERSION_NUM = host.valkey_version_num,
    SERVER_NAME = 'valkey',
}
world.redis, world.server = server, server
world.cjson = {
    null = host.null,
    encode = function(value)
        local text, failed = host.encode(value)
        if failed then error(failed, 2) end
        return text
    end,
    decode = function(text)
        local value, failed = host.decode(text)
        if failed then error(failed, 2) end
        return value
    end,
}

world.bit = {
    tobit = host.tobit, tohex = host.tohex, bnot = host.bnot, bswap = host.bswap, band = host.band, bor = host.bor,
    bxor = host.bxor, lshift = host.lshift, rshift = host.rshift, arshift = host.arshift, rol = host.rol,
    ror = host.ror,
}

-- As Valkey's own: an error that a command raised is caught as its text.
local function caught(fine, ...)
    local failed = ...
    if not fine and refused(failed) then return fine, failed.err end
    return fine, ...
end
world.pcall = function(...) return caught(pcall(...)) end

setmetatable(world, {
    __index = function(_, name)
        error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
    end,
    __newindex = function() error('Attempt to modify a readonly table', 2) end,
})

-- The line that a script is at, for an error behind `return server.call(…)`: that call leaves no trace of its own.
local line
local function follow()
    local info = getinfo(2, 'Sl')
    if info and info.source == SCRIPT then line = info.currentline end
end

-- Says where in the script an error happened, as Valkey's own handler does.
local function explain(failed)
    sethook()
    if type(failed) ~= 'table' then failed = { err = 'ERR ' .. tostring(failed) } end
    local level, info = 2, getinfo(2, 'Sl')
    while info and info.source ~= SCRIPT do
        level = level + 1
        info = getinfo(level, 'Sl')
    end
    if info then
        failed.source, failed.line = SCRIPT, info.currentline
    elseif line then
        failed.source, failed.line = SCRIPT, line
    end
    return failed
end

local function compile(text)
    local script, failed = loadstring(text, SCRIPT)
    if script then setfenv(script, world) end
    return script, failed
end

local function ended(...)
    sethook()
    return ...
end

local function run(script, keys, arguments, followed)
    rawset(world, 'KEYS', keys)
    rawset(world, 'ARGV', arguments)
    line = nil
    if followed then sethook(follow, 'l') end
    return ended(xpcall(script, explain))
end

return compile, run
