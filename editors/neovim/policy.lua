-- Policies in Neovim 0.7 and later: `luafile` this, or put it in the plugin folder. Needs `policyc` in PATH.
vim.filetype.add({ extension = { policy = "policy" } })

vim.api.nvim_create_autocmd("FileType", {
  pattern = "policy",
  callback = function(args)
    vim.bo[args.buf].commentstring = "// %s"
    local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(args.buf), ":p:h")
    local client = vim.lsp.start_client({
      name = "policyc",
      cmd = vim.g.policyc_command or { "policyc", "lsp", "--stdio" },
      root_dir = folder,
    })
    if client then vim.lsp.buf_attach_client(args.buf, client) end
  end,
})
