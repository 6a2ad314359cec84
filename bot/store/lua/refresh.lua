-- REFRESH: what a held conversation shows now.
-- ARGV: tag, id, owner, fence, override. Returns {now, contents} or 'lost'.
if not held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 'lost' end
return {whole(peek_ms(ARGV[1], ARGV[5], real_ms())), contents(ARGV[1], ARGV[2])}
