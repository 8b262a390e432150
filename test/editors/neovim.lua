-- Run by editors.test.ts: opens the policy $POLICY, asks for everything, and writes what came as JSON to $ANSWERS.
vim.g.policyc_command = vim.json.decode(vim.env.POLICYC)
vim.cmd("luafile " .. vim.env.CONFIG)
vim.cmd("edit " .. vim.env.POLICY)
vim.cmd("setfiletype policy")
local buffer = vim.api.nvim_get_current_buf()
local answers = {}
local function ask(method, params)
  local all = vim.lsp.buf_request_sync(buffer, method, params, 10000) or {}
  for _, answer in pairs(all) do return answer.result end
end
local function at(line, character)
  return { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = line, character = character } }
end

vim.wait(10000, function() return #vim.diagnostic.get(buffer) > 0 end, 20)
answers.diagnostics = vim.tbl_map(function(each) return each.code or each.user_data.lsp.code end, vim.diagnostic.get(buffer))
answers.hover = ask("textDocument/hover", at(3, 9)).contents.value
answers.completion = vim.tbl_map(function(each) return each.label end, ask("textDocument/completion", at(3, 9)).items)

-- A code action, applied: the misspelt call is put right.
local params = at(4, 9)
params.range = { start = params.position, ["end"] = params.position }
params.context = { diagnostics = {} }
vim.lsp.util.apply_workspace_edit(ask("textDocument/codeAction", params)[1].edit, "utf-16")
answers.fixed = vim.api.nvim_buf_get_lines(buffer, 4, 5, true)[1]

local rename = at(0, 6)
rename.newName = "OUTPUTS"
vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", rename), "utf-16")
vim.lsp.buf.formatting_sync(nil, 10000)
answers.text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "\n") .. "\n"

local file = io.open(vim.env.ANSWERS, "w")
file:write(vim.json.encode(answers))
file:close()
vim.cmd("qall!")
